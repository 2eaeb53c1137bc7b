# SPDX-License-Identifier: GPL-2.0
#
# isol: port isolation and micro-segmentation for Linux bridges
#
#   make                 the tool, and the module for the running kernel
#   make demo            see it work, in a virtual machine
#   make check           every test
#   make help            the rest

VERSION := $(shell sed -n 's/^.define ISOL_VERSION "\(.*\)"/\1/p' kmod/isol.h)

# Where things go. DESTDIR is put in front of all of them.
prefix ?= /usr/local
sbindir ?= $(prefix)/sbin
mandir ?= $(prefix)/share/man
bashcompdir ?= $(prefix)/share/bash-completion/completions
usrsrc ?= /usr/src
DESTDIR ?=

# The kernel that the module is built for, and its build folder.
KVER ?= $(shell uname -r)
KDIR ?= /lib/modules/$(KVER)/build

BUILD ?= build
# What tests boot: see tests/kernels.sh. Demo, bench and shell take the first
# two kinds only.
KERNELS ?= 6.1 6.12 debug kcsan
STOCK = $(filter-out debug kcsan,$(KERNELS))

export BUILD KERNELS T V

Q := $(if $(V),,@)
MAKEFLAGS += --no-print-directory

.PHONY: all tool module module-for kunit-for modules-tests install install-module uninstall \
	dkms-install dkms-uninstall setup debug-kernels tests-build units-build fuzz-build fuzz demo \
	check check-quick mutants bench shell clean help

all: tool module

help:
	$(Q)sed -n 's/^#   //p' Makefile
	@echo "make tool             isolctl alone"
	@echo "make module KVER=...  the module for another kernel whose headers are installed"
	@echo "make install          tool and manual pages"
	@echo "make install-module   the module that has been built for one kernel"
	@echo "make uninstall        the reverse"
	@echo "make dkms-install     give the sources to DKMS, which builds for every kernel"
	@echo "make dkms-uninstall   the reverse"
	@echo "make bench            what a frame costs, as a table"
	@echo "make shell            a root prompt in a virtual machine with the module loaded"
	@echo "make check T=NAME     one test, or those whose name holds NAME"
	@echo "make check-quick      what takes no more than three minutes"
	@echo "make mutants          see each of some planted mistakes found (M=NAME for one)"
	@echo "make fuzz             the fuzzers, FUZZ_SECONDS=600 each, or FUZZ=\"policy select\" alone"
	@echo "make clean"
	@echo "variables: DESTDIR prefix KVER KDIR KERNELS=\"6.1 6.12 debug kcsan\" V=1 ISOL_CACHE=folder"

tool:
	$(Q)$(MAKE) -C userspace BUILD=$(abspath $(BUILD)) VERSION=$(VERSION)

module:
	@test -e "$(KDIR)/Makefile" || { \
		echo "no headers for kernel $(KVER) in $(KDIR)." >&2; \
		echo "Install linux-headers-$(KVER), name another kernel (make KVER=...)," >&2; \
		echo "or build the tool alone (make tool)." >&2; exit 1; }
	$(Q)$(MAKE) module-for KVER=$(KVER) KDIR=$(KDIR)

# Kernels get a folder of links each, so that their objects do not meet.
module-for:
	$(Q)mkdir -p $(BUILD)/$(KVER)
	$(Q)find $(BUILD)/$(KVER) -xtype l -delete
	$(Q)cp -rsfT $(abspath kmod) $(BUILD)/$(KVER)/kmod
	$(Q)cp -rsfT $(abspath uapi) $(BUILD)/$(KVER)/uapi
	$(Q)cp -sf $(abspath Kbuild) $(BUILD)/$(KVER)/Kbuild
	$(Q)$(MAKE) $(if $(V),,-s) -C $(KDIR) M=$(abspath $(BUILD)/$(KVER)) $(if $(W),W=$(W)) $(if $(C),C=$(C)) $(MODFLAGS) modules

# The module with KUnit suites inside, for kernels that have KUnit: see tests/kunit.
KUNIT = $(BUILD)/$(KVER)/kunit

kunit-for:
	$(Q)mkdir -p $(KUNIT)
	$(Q)find $(KUNIT) -xtype l -delete
	$(Q)for d in kmod uapi tests/unit tests/kunit; do \
		cp -rsfT $(CURDIR)/$$d $(KUNIT)/$${d#tests/}; done
	$(Q)cp -sfT $(CURDIR)/Kbuild $(KUNIT)/isol.Kbuild
	$(Q)cp -sfT $(CURDIR)/tests/kunit/Kbuild $(KUNIT)/Kbuild
	$(Q)$(MAKE) $(if $(V),,-s) -C $(KDIR) M=$(abspath $(KUNIT)) $(if $(W),W=$(W)) $(MODFLAGS) modules

install: tool
	$(Q)$(MAKE) -C userspace BUILD=$(abspath $(BUILD)) VERSION=$(VERSION) DESTDIR=$(DESTDIR) \
		prefix=$(prefix) sbindir=$(sbindir) mandir=$(mandir) bashcompdir=$(bashcompdir) install

# Not for a host that has it by DKMS: there would be two.
install-module: module
	$(Q)for m in isol isol_ct; do \
		[ ! -e $(BUILD)/$(KVER)/$$m.ko ] || install -D -m 644 $(BUILD)/$(KVER)/$$m.ko \
			$(DESTDIR)/lib/modules/$(KVER)/updates/$$m.ko || exit; done
	$(Q)[ -n "$(DESTDIR)" ] || depmod $(KVER)

uninstall:
	$(Q)$(MAKE) -C userspace BUILD=$(abspath $(BUILD)) VERSION=$(VERSION) DESTDIR=$(DESTDIR) \
		prefix=$(prefix) sbindir=$(sbindir) mandir=$(mandir) bashcompdir=$(bashcompdir) uninstall
	$(Q)rm -f $(addprefix $(DESTDIR)/lib/modules/$(KVER)/updates/,isol.ko isol_ct.ko)
	$(Q)[ -n "$(DESTDIR)" ] || depmod $(KVER) || :

DKMS_TREE = $(DESTDIR)$(usrsrc)/isol-$(VERSION)

# With DESTDIR: the sources only, for packagers.
dkms-install:
	$(Q)rm -rf $(DKMS_TREE)
	$(Q)mkdir -p $(DKMS_TREE)
	$(Q)cp -r Kbuild kmod uapi LICENSE $(DKMS_TREE)/
	$(Q)sed '/^PACKAGE_VERSION/s/@VERSION@/$(VERSION)/' dkms.conf >$(DKMS_TREE)/dkms.conf
	$(Q)install -m 755 packaging/dkms-check.sh $(DKMS_TREE)/dkms-check.sh
	$(Q)[ -n "$(DESTDIR)" ] || { rm -f /lib/modules/*/updates/isol.ko /lib/modules/*/updates/isol_ct.ko; dkms remove isol/$(VERSION) --all >/dev/null 2>&1 || :; \
		dkms add isol/$(VERSION) && dkms autoinstall $(if $(findstring command line,$(origin KVER)),-k $(KVER)); }

dkms-uninstall:
	$(Q)[ -n "$(DESTDIR)" ] || dkms remove isol/$(VERSION) --all || :
	$(Q)rm -rf $(DKMS_TREE)

# What demo, check, bench and shell need and a fresh machine lacks.
setup:
	$(Q)tests/setup.sh

# Kernels that look for mistakes: built when the cache has none of this kind.
debug-kernels: setup
	$(Q)kinds="$(filter debug kcsan,$(KERNELS))"; [ -z "$$kinds" ] || tests/debug/build.sh $$kinds

modules-tests: debug-kernels
	$(Q)list=$$(tests/kernels.sh $(KERNELS)) || exit 1; \
	printf '%s\n' "$$list" | while IFS='	' read -r release _ _ kdir; do \
		$(MAKE) module-for KVER=$$release KDIR=$$kdir \
			MODFLAGS="$$(tests/debug/modflags.sh $$kdir)" || exit 1; \
		! grep -qs "^CONFIG_KUNIT=y" $$kdir/include/config/auto.conf || \
			$(MAKE) kunit-for KVER=$$release KDIR=$$kdir \
			MODFLAGS="$$(tests/debug/modflags.sh -c $$kdir)" || exit 1; done

tests-build: modules-tests
	$(Q)$(MAKE) tool
	$(Q)$(MAKE) -C tests/vm/tools BUILD=$(abspath $(BUILD))

units-build: setup
	$(Q)$(MAKE) -C tests/unit BUILD=$(abspath $(BUILD))

fuzz-build: setup
	$(Q)$(MAKE) -C tests/fuzz BUILD=$(abspath $(BUILD))

UNITS = $$(find $(BUILD)/unit -maxdepth 1 -name "test_*" -executable -type f | sort)

# What is given to tests/run are the suites that run on this machine itself.
check: tests-build units-build fuzz-build
	$(Q)tests/run tests/vm/selftest tests/fuzz/fuzz $(UNITS)

# For so long each, or those of them that FUZZ names.
FUZZ_SECONDS ?= 600
FUZZ ?=

fuzz: setup fuzz-build
	$(Q)tests/fuzz/fuzz $(FUZZ_SECONDS) $(FUZZ)

check-quick:
	$(Q)$(MAKE) KERNELS="$(or $(filter 6.12,$(KERNELS)),$(firstword $(KERNELS)))" tests-build units-build
	$(Q)KERNELS="$(or $(filter 6.12,$(KERNELS)),$(firstword $(KERNELS)))" tests/run -q $(UNITS)

# Mistakes planted in a copy of the tree, one at a time: M=NAME for one of them.
mutants: tests-build units-build
	$(Q)tests/mutants/run $(M)

demo bench shell: KERNELS := $(STOCK)

demo: tests-build
	$(Q)tests/demo

bench: tests-build
	$(Q)tests/bench/run

shell: tests-build
	$(Q)tests/vm/run -k $(lastword $(STOCK)) -i

clean:
	$(Q)rm -rf $(BUILD)
