// SPDX-License-Identifier: GPL-2.0
/*
 * Let a port receive the frames of a trace, again and again, for the benchmark; or
 * show them to the bridge's FORWARD hooks alone.
 *
 * /proc/isol_bench_send is written a line at a time:
 *	clear			forget all frames
 *	frame HEX		one more frame, from its destination address on
 *	check IN OUT		let IN receive each frame once, and see which are
 *				sent by OUT
 *	time IN ROUNDS		let IN receive all frames ROUNDS times
 *	judge IN OUT		ask the hooks about each frame from IN to OUT
 *	hook IN OUT ROUNDS	ask them about all frames ROUNDS times
 * and read for the answer to the last line: a digit for each frame, 1 if it was
 * sent or accepted, or nanoseconds in all.
 */
#include <linux/etherdevice.h>
#include <linux/hex.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/netfilter_bridge.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/uaccess.h>
#include <net/net_namespace.h>

#define MOST_FRAMES 4096
#define MOST_BYTES 256

struct frame {
	u8 len;
	u8 bytes[MOST_BYTES - 1];
};

static struct frame *frames;
static struct sk_buff **skbs;
static u32 nframes;
static char *answer;
static DEFINE_MUTEX(lock);

static void free_skbs(void)
{
	u32 i;

	for (i = 0; i < nframes; i++) {
		kfree_skb(skbs[i]);
		skbs[i] = NULL;
	}
}

/* As a driver hands them up. The bridge and its like take a clone of what is held. */
static int make_skbs(struct net_device *dev)
{
	u32 i;

	for (i = 0; i < nframes; i++) {
		struct sk_buff *skb = netdev_alloc_skb(dev, frames[i].len);

		if (!skb) {
			free_skbs();
			return -ENOMEM;
		}
		skb_put_data(skb, frames[i].bytes, frames[i].len);
		skb->protocol = eth_type_trans(skb, dev);
		skb_reset_network_header(skb);
		skb_reset_mac_len(skb);
		skbs[i] = skb;
	}
	return 0;
}

static u64 sent(struct net_device *dev)
{
	struct rtnl_link_stats64 stats;

	return dev_get_stats(dev, &stats)->tx_packets;
}

static void receive(struct sk_buff *skb)
{
	skb_get(skb);
	netif_receive_skb(skb);
}

static int check(struct net_device *in, struct net_device *out)
{
	u64 before = sent(out);
	u32 i;

	for (i = 0; i < nframes; i++) {
		u64 after;

		local_bh_disable();
		receive(skbs[i]);
		local_bh_enable();
		after = sent(out);
		answer[i] = after == before ? '0' : '1';
		before = after;
	}
	answer[i] = 0;
	return 0;
}

static int none_okfn(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	return 0;
}

/* As __br_forward() asks: 1 if all hooks accept. A hook that drops frees the frame. */
static int ask(struct sk_buff *skb, struct net_device *in, struct net_device *out)
{
	int verdict;

	skb_get(skb);
	skb->dev = out;
	verdict = nf_hook(NFPROTO_BRIDGE, NF_BR_FORWARD, &init_net, NULL, skb, in, out, none_okfn);
	if (verdict == 1)
		consume_skb(skb);
	return verdict;
}

static int judge(struct net_device *in, struct net_device *out)
{
	u32 i;

	for (i = 0; i < nframes; i++) {
		local_bh_disable();
		rcu_read_lock();
		answer[i] = ask(skbs[i], in, out) == 1 ? '1' : '0';
		rcu_read_unlock();
		local_bh_enable();
	}
	answer[i] = 0;
	return 0;
}

static int hook(struct net_device *in, struct net_device *out, u32 rounds)
{
	u64 begin = ktime_get_ns();
	u32 i, round;

	for (round = 0; round < rounds; round++) {
		local_bh_disable();
		rcu_read_lock();
		for (i = 0; i < nframes; i++)
			ask(skbs[i], in, out);
		rcu_read_unlock();
		local_bh_enable();
	}
	sprintf(answer, "%llu", ktime_get_ns() - begin);
	return 0;
}

static int measure(u32 rounds)
{
	u64 begin = ktime_get_ns();
	u32 i, round;

	for (round = 0; round < rounds; round++) {
		local_bh_disable();
		for (i = 0; i < nframes; i++)
			receive(skbs[i]);
		local_bh_enable();
	}
	sprintf(answer, "%llu", ktime_get_ns() - begin);
	return 0;
}

/* What to do with the frames, by the first letter of the line's word. */
static int send(char what, const char *in_name, const char *out_name, u32 rounds)
{
	struct net_device *in, *out = NULL;
	int err = -ENODEV;

	in = dev_get_by_name(&init_net, in_name);
	if (out_name)
		out = dev_get_by_name(&init_net, out_name);
	if (in && (out || !out_name)) {
		err = make_skbs(in);
		if (!err) {
			if (what == 'c')
				err = check(in, out);
			else if (what == 't')
				err = measure(rounds);
			else if (what == 'j')
				err = judge(in, out);
			else
				err = hook(in, out, rounds);
			free_skbs();
		}
	}
	dev_put(in);
	dev_put(out);
	return err;
}

static int add_frame(const char *hex)
{
	struct frame *f = &frames[nframes];
	size_t len = strlen(hex) / 2;

	if (nframes == MOST_FRAMES || len < ETH_HLEN || len >= MOST_BYTES ||
	    hex2bin(f->bytes, hex, len))
		return -EINVAL;
	f->len = len;
	nframes++;
	return 0;
}

static int obey(char *line)
{
	char *word = strsep(&line, " "), *a = strsep(&line, " "), *b = strsep(&line, " ");
	char *c = strsep(&line, " ");
	u32 rounds;

	if (!strcmp(word, "clear")) {
		nframes = 0;
		return 0;
	}
	if (!strcmp(word, "frame") && a)
		return add_frame(a);
	if ((!strcmp(word, "check") || !strcmp(word, "judge")) && b)
		return send(*word, a, b, 0);
	if (!strcmp(word, "time") && b && !kstrtou32(b, 0, &rounds))
		return send(*word, a, NULL, rounds);
	if (!strcmp(word, "hook") && c && !kstrtou32(c, 0, &rounds))
		return send(*word, a, b, rounds);
	return -EINVAL;
}

static ssize_t proc_write(struct file *file, const char __user *buf, size_t len, loff_t *pos)
{
	char *line;
	int err;

	if (!len || len > 2 * MOST_BYTES + 16)
		return -EINVAL;
	line = memdup_user_nul(buf, len);
	if (IS_ERR(line))
		return PTR_ERR(line);
	strim(line);
	mutex_lock(&lock);
	err = obey(line);
	mutex_unlock(&lock);
	kfree(line);
	return err ? err : len;
}

static int show(struct seq_file *s, void *v)
{
	mutex_lock(&lock);
	seq_printf(s, "%s\n", answer);
	mutex_unlock(&lock);
	return 0;
}

static int proc_open(struct inode *inode, struct file *file)
{
	return single_open_size(file, show, NULL, MOST_FRAMES + 16);
}

static const struct proc_ops ops = {
	.proc_open = proc_open,
	.proc_read = seq_read,
	.proc_lseek = seq_lseek,
	.proc_release = single_release,
	.proc_write = proc_write,
};

static void free_all(void)
{
	kvfree(frames);
	kvfree(skbs);
	kvfree(answer);
}

static int __init send_init(void)
{
	frames = kvcalloc(MOST_FRAMES, sizeof(*frames), GFP_KERNEL);
	skbs = kvcalloc(MOST_FRAMES, sizeof(struct sk_buff *), GFP_KERNEL);
	answer = kvzalloc(MOST_FRAMES + 16, GFP_KERNEL);
	if (frames && skbs && answer && proc_create("isol_bench_send", 0600, NULL, &ops))
		return 0;
	free_all();
	return -ENOMEM;
}

static void __exit send_exit(void)
{
	remove_proc_entry("isol_bench_send", NULL);
	free_all();
}

module_init(send_init);
module_exit(send_exit);
MODULE_DESCRIPTION("sender of traces, for isol's benchmark");
MODULE_LICENSE("GPL");
