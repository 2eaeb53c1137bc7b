#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Rules that ask which VLAN a frame is in, with what priority it came, and what tag is
# behind that: on bridges that filter VLANs, between access ports, trunks and ports that
# are both, where tags come and go on the way, and on one that does not. What arrives,
# which rule has counted it, and that isolctl says the same when it is asked. All of these
# frames arrive where the policy lets everything pass.
#
# timeout: 300
# not-on: debug 6.1

. tests/vm/lib.sh
. tests/vm/isol.sh

# ---- tables

# VLANs, priorities and inner tags in one list, so that each is asked behind others.
rules=(
	"voice accept vlan: 30, pcp: 5"
	"best drop pcp: 0"
	"inner accept inner_vlan: 100"
	"inner-not drop inner_vlan: {not: 100}"
	"v30 accept vlan: 30"
	"v40 drop vlan: 40-49"
	"rest accept vlan: {not: [none, 50]}"
)

put_policy() { # all|rules
	local r bindings='' l
	for l in "${guests[@]}"; do
		bindings+="${bindings:+, }$l: {port: p-$l}"
	done
	policy <<-EOF2
		isol: 1
		bridges: {br0: {default: drop}}
		bindings: {$bindings}
		rules:
		$(case $1 in
		all) echo "- {name: all, from: any, to: any, verdict: accept, stateless: true}" ;;
		rules)
			for r in "${rules[@]}"; do
				echo "- {name: ${r%% *}, from: any, to: any, verdict: $(cut -d' ' -f2 <<<"$r")," \
					"stateless: true, ${r#* * }}"
			done ;;
		esac)
	EOF2
}

# Send the frames of a table, and look at what becomes of each. Its lines are
#	FRAME FROM TO BY WORD... / WHY-WORD...
# where BY is the rule that decides, ?RULE if it does for want of what cannot be read,
# and - or host for the default; WHY-WORDs describe the frame to isolctl, - for what has
# no words.
check_frames() { # <<TABLE
	local frame from to by rest line order=() input='' got=() i verdict reason bad=''
	local -A decider=() ends=() asked=() moved=() accepts=()
	for line in "${rules[@]}"; do
		accepts[${line%% *}]=$(cut -d' ' -f2 <<<"$line")
	done
	while read -r frame from to by rest; do
		[ -n "$frame" ] || continue
		[ -z "${decider[$frame]-}" ] || fail "frame $frame stands there twice"
		order+=("$frame")
		decider[$frame]=$by
		ends[$frame]="$from $to"
		asked[$frame]=${rest#*/ }
		input+="$frame $from $to ${rest%%/*}"$'\n'
	done

	put_policy all
	craft -L "${ENDPOINTS[@]}" <<<"$input" >/run/isol/craft || fail "craft: exit status $?"
	while read -r frame verdict; do
		[ "$verdict" = pass ] || bad+=" $frame"
	done </run/isol/craft
	[ -z "$bad" ] || fail "dropped though all may pass:$bad"

	put_policy rules
	counting
	craft -L "${ENDPOINTS[@]}" <<<"$input" >/run/isol/craft || fail "craft: exit status $?"
	mapfile -t got </run/isol/craft
	for ((i = 0; i < ${#order[@]}; i++)); do
		frame=${order[i]}
		by=${decider[$frame]}
		case $by in
		-) verdict=drop reason=bridge-default line="bridge br0 $reason drop" ;;
		host) verdict=drop reason=host-default line="bridge br0 $reason drop" ;;
		\?*) verdict=drop reason="unparsed ${by#?}" line="rule ${by#?}" ;;
		*) verdict=${accepts[$by]} reason="rule $by" line="rule $by" ;;
		esac
		moved[$line]=$((${moved[$line]-0} + 1))
		asked[$frame]+=$'\t'"$verdict $reason"
		[ "$verdict" = accept ] && verdict=pass
		[ "${got[i]-}" = "$frame $verdict" ] ||
			bad+=" expected $frame $verdict, got '${got[i]-}';"
	done
	[ -z "$bad" ] || fail "frames:$bad"
	input=''
	for line in "${!moved[@]}"; do
		[[ $line = bridge* ]] || input+="$line ${moved[$line]}"$'\n'
	done
	expect_counted rule <<<"$input"
	input=''
	for line in "${!moved[@]}"; do
		[[ $line = rule* ]] || input+="$line ${moved[$line]}"$'\n'
	done
	expect_counted -s bridge <<<"$input"

	for frame in "${order[@]}"; do
		rest=${asked[$frame]%%$'\t'*}
		[ "$rest" != - ] || continue
		# shellcheck disable=SC2086 # words
		ask_why ${ends[$frame]} $rest
		[ "$told" = "${asked[$frame]#*$'\t'}" ] ||
			bad+=" $frame ($rest): expected '${asked[$frame]#*$'\t'}', got '$told';"
	done
	[ -z "$bad" ] || fail "why:$bad"
	echo "    ${#order[@]} frames"
}

# ---- bridges

# Everybody is where they are in all VLANs, so that no frame is flooded.
known() { # PORT:NS VID...
	local vid mac
	mac=$(ip -n "${1#*:}" -j link show eth0 | jq -r '.[].address')
	for vid in "${@:2}"; do
		bridge fdb replace "$mac" dev "${1%:*}" master static ${vid:+vlan "$vid"}
	done
}

# The tag that a frame has where it leaves says nothing of the VLAN that it is in, nor of
# the priority that it came with.
filtering() {
	check_frames <<-EOF
		ab      a b v30       / vlan 30
		at      a t v30       / vlan 30
		am      a m v30       / vlan 30
		ma      m a v30       / vlan 30
		mt      m t v30       / vlan 30
		ta0     t a best      vlan 30 / vlan 30 pcp 0
		tu0     t u best      vlan 30 / vlan 30 pcp 0
		ta3     t a v30       vlan 0x601e / vlan 30 pcp 3
		tu3     t u v30       vlan 0x601e / vlan 30 pcp 3
		ta5     t a voice     vlan 0xa01e / vlan 30 pcp 5
		tm5     t m voice     vlan 0xa01e / vlan 30 pcp 5
		tu5     t u voice     vlan 0xa01e / vlan 30 pcp 5
		tdei    t a best      vlan 0x101e / vlan 30 pcp 0
		tm40    t m v40       vlan 0x6028 / vlan 40 pcp 3
		tm40-5  t m v40       vlan 0xa028 / vlan 40 pcp 5
		mt40    m t v40       vlan 0x6028 / vlan 40 pcp 3
		tc40    t c v40       vlan 0x6028 / vlan 40 pcp 3
		cm40    c m v40       / vlan 40
		tu50    t u -         vlan 0x6032 / vlan 50 pcp 3
		tu60    t u rest      vlan 0x603c / vlan 60 pcp 3
		prio5   m t voice     vlan 0xa000 / vlan 30 pcp 5
		prio0   m a best      vlan 0x0000 / vlan 30 pcp 0
		prio3   a b v30       vlan 0x6000 / vlan 30 pcp 3
	EOF
}

inner() {
	check_frames <<-EOF
		ta100   t a inner     vlan 0x601e vlan 100 / vlan 30 pcp 3 inner-vlan 100
		tu100   t u inner     vlan 0x601e vlan 100 / vlan 30 pcp 3 inner-vlan 100
		ta200   t a inner-not vlan 0x601e vlan 200 / vlan 30 pcp 3 inner-vlan 200
		tu200   t u inner-not vlan 0x601e vlan 200 / vlan 30 pcp 3 inner-vlan 200
		ta0     t a inner-not vlan 0x601e vlan 0 / vlan 30 pcp 3 inner-vlan 0
		ta30    t a inner-not vlan 0x601e vlan 30 / vlan 30 pcp 3 inner-vlan 30
		ta5     t a voice     vlan 0xa01e vlan 200 / vlan 30 pcp 5 inner-vlan 200
		tm40    t m inner     vlan 0x6028 vlan 100 / vlan 40 pcp 3 inner-vlan 100
		service t a inner     vlan 0x601e vlan 88a8.100 / -
		other   a b inner     vlan 88a8.100 / -
		other-n a b inner-not vlan 88a8.30 / -
		other-t a t inner     vlan 88a8.100 / -
		other-p a b inner-not vlan 88a8.0x6000 / -
		zero    m a inner     vlan 0x6000 vlan 100 / vlan 30 pcp 3 inner-vlan 100
		off2    t a inner     vlan 0x601e vlan 100 vlan 200 / -
		three   t u ?best     vlan 0x601e vlan 100 vlan 200 / -
		snap    t a ?best     vlan 0x601e snap / -
	EOF
}

# Where the host is too: with its PVID, and with a tag of its own.
host() {
	check_frames <<-EOF
		ah      a host v30    / vlan 30
		ha      host a v30    / vlan 30
		ht      host t v30    / vlan 30
		th5     t host voice  vlan 0xa01e / vlan 30 pcp 5
		th0     t host best   vlan 0x001e / vlan 30 pcp 0
		hu60    host u rest   vlan 0x603c / vlan 60 pcp 3
		hu40    host u v40    vlan 0x6028 / vlan 40 pcp 3
		hu50    host u host   vlan 0x6032 / vlan 50 pcp 3
		ha100   host a inner  vlan 0x601e vlan 100 / vlan 30 pcp 3 inner-vlan 100
		lldp-a  a host v30    ether 0x88b5 mac-dst 01:80:c2:00:00:0e / vlan 30
		lldp-c  c host v40    ether 0x88b5 mac-dst 01:80:c2:00:00:0e / vlan 40
		res-a   a host v30    ether 0x88b5 mac-dst 01:80:c2:00:00:03 / vlan 30
		res-c   c host v40    ether 0x88b5 mac-dst 01:80:c2:00:00:03 / vlan 40
	EOF
}

# Nobody classifies frames: the outer tag is what counts.
unfiltered() {
	check_frames <<-EOF
		ab      a b -         / vlan none
		v30     a b v30       vlan 0x601e / vlan 30 pcp 3
		voice   a b voice     vlan 0xa01e / vlan 30 pcp 5
		best    a b best      vlan 0x001e / vlan 30 pcp 0
		v40     a b v40       vlan 0x6028 / vlan 40 pcp 3
		v50     a b -         vlan 0x6032 / vlan 50 pcp 3
		v60     a b rest      vlan 0x603c / vlan 60 pcp 3
		v4095   a b rest      vlan 0x6fff / -
		prio5   a b -         vlan 0xa000 / vlan none pcp 5
		prio0   a b best      vlan 0x0000 / vlan none pcp 0
		inner   a b inner     vlan 0x6000 vlan 100 / vlan none pcp 3 inner-vlan 100
		inner-n a b inner-not vlan 88a8.0x601e vlan 30 / vlan 30 pcp 3 inner-vlan 30
		service a b v30       vlan 88a8.0x601e / vlan 30 pcp 3
		three   a b ?best     vlan 0x601e vlan 100 vlan 200 / -
	EOF
}

# Without a frame the answer is that it depends, unless the rules leave no choice.
depends() {
	local json
	put_policy rules
	json=$(isolctl -j why a b) || fail "why a b: exit status $?"
	[[ $json =~ \"depends\":\ ?true ]] || fail "why a b: expected that it depends, got $json"
	json=$(isolctl why a t vlan 30 pcp 5 inner-vlan 7) || fail "why: exit status $?"
	[[ $json = "accept: rule voice"*" vlan 30 pcp 5 inner-vlan 7;"* ]] || fail "why says: $json"
	put_policy all
	why_is a b accept rule all
}

load_module || exit
guests=(a b c m t u)
topo "${guests[@]}"
run_case unfiltered_setup known p-b:b ''
run_case unfiltered unfiltered
ip link set br0 type bridge vlan_filtering 1 vlan_default_pvid 0
# access ports, one that is access and trunk, and trunks
bridge vlan add dev p-a vid 30 pvid untagged
bridge vlan add dev p-b vid 30 pvid untagged
bridge vlan add dev p-c vid 40 pvid untagged
bridge vlan add dev p-m vid 30 pvid untagged
bridge vlan add dev p-m vid 40
for port in p-t p-u; do
	for vid in 30 40 50 60; do
		bridge vlan add dev $port vid $vid
	done
done
bridge vlan add dev br0 vid 30 pvid untagged self
for vid in 40 50 60; do
	bridge vlan add dev br0 vid $vid self
done
for l in "${guests[@]}"; do
	for vid in 30 40 50 60; do
		# not in all of them is each
		(known "p-$l:$l" $vid) 2>/dev/null || :
	done
done
run_case filtering filtering
run_case inner inner
run_case host host
run_case depends depends
