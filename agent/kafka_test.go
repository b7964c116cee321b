package agent

import (
	"time"

	"github.com/anchorwatch/anchorwatch/agent/source"
)

// swift reads the world's topics with short intervals.
func swift(brokers []string) source.Options {
	return source.Options{
		Brokers: brokers, Group: "watch", Topics: []string{"predictions", "labels"}, MaxWait: 50 * time.Millisecond,
		HeartbeatInterval: 50 * time.Millisecond, SessionTimeout: time.Second, PartitionPoll: 100 * time.Millisecond, Clock: time.Now,
	}
}
