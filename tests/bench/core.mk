# SPDX-License-Identifier: GPL-2.0
#
# The compiler and the lookup, built for this machine: $(BUILD)/bench/core, as
# the kernel's flags would have it, and core-search, which counts blocks of code.
#
#	make -f core.mk BUILD=FOLDER

CC = gcc-12
TOP := ../..
out = $(BUILD)/bench
Q := $(if $(V),,@)

kmod = mem match model select compile follow frame set box tree program answer
sources = core.c $(filter-out %/main.c,$(wildcard $(TOP)/userspace/*.c)) \
	$(kmod:%=$(TOP)/kmod/%.c) $(patsubst %,$(TOP)/tests/unit/%.c,test give keys)
headers = $(wildcard $(TOP)/userspace/*.h $(TOP)/kmod/*.h $(TOP)/tests/unit/*.h \
	$(TOP)/uapi/linux/*.h)

# As in the kernel: variables on the stack are cleared, and have a canary.
CFLAGS = -O2 -g -ftrivial-auto-var-init=zero -fstack-protector-strong
flags = -std=gnu11 -Wall -Wextra -Wno-unused-parameter -Wno-sign-compare -D_GNU_SOURCE \
	-DISOL_USERSPACE -DISOL_VERSION='"bench"' -I$(TOP)/uapi -I$(TOP) -I$(TOP)/kmod
libs = -lmnl -lyaml -ljansson -lm

all: $(out)/core $(out)/core-search

name = $(notdir $(basename $(1)))
objects = $(foreach f,$(filter-out $(TOP)/kmod/%,$(sources)),$(out)/o/$(call name,$(f)).o) \
	$(kmod:%=$(out)/o/kmod-%.o)

vpath %.c . $(TOP)/userspace $(TOP)/tests/unit

$(out)/core: $(objects)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(libs)

$(out)/core-search: $(filter-out $(out)/o/core.o $(out)/o/kmod-tree.o,$(objects)) \
		$(out)/o/search-core.o $(out)/o/search-tree.o
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(libs)

$(out)/o/%.o: %.c $(headers) core.mk
	@mkdir -p $(@D)
	$(Q)$(CC) $(flags) $(CFLAGS) -c -o $@ $<

$(out)/o/kmod-%.o: $(TOP)/kmod/%.c $(headers) core.mk
	@mkdir -p $(@D)
	$(Q)$(CC) $(flags) $(CFLAGS) -c -o $@ $<

$(out)/o/search-core.o: core.c $(headers) core.mk
	$(Q)$(CC) $(flags) $(CFLAGS) -DCORE_SEARCH -c -o $@ $<

$(out)/o/search-tree.o: $(TOP)/kmod/tree.c $(headers) core.mk
	$(Q)$(CC) $(flags) $(CFLAGS) -fsanitize-coverage=trace-pc -c -o $@ $<

.PHONY: all
