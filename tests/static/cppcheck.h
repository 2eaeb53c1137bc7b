/* SPDX-License-Identifier: GPL-2.0 */
/* What cppcheck has to know of libmnl, whose headers it does not read. */
#define mnl_attr_for_each(attr, nlh, offset) \
	for ((attr) = (const void *)((nlh) + (offset)); (attr); (attr)++)
#define mnl_attr_for_each_nested(attr, nest) \
	for ((attr) = (nest); (attr); (attr)++)
#define mnl_attr_for_each_payload(payload, size) \
	for (attr = (payload); (size); attr++)
