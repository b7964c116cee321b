package source

import (
	"cmp"
	"encoding/binary"
	"slices"
	"sync/atomic"

	"github.com/segmentio/kafka-go"
)

// soloBalancer gives all partitions of all topics to one member and none to the others, who stand by: three replicas
// must not page three times on a third of the data each. The member that held the partitions last keeps them, so that a
// newcomer does not move them; among equals the smallest member id wins.
//
// A member's user data is the generation in which it last owned something, so that one that slept through a few
// generations does not count as the holder when it wakes.
type soloBalancer struct {
	held atomic.Int32 // generation in which this member owns partitions; 0 if it does not
}

// ProtocolName implements kafka.GroupBalancer. Members agree on a protocol they all have.
func (b *soloBalancer) ProtocolName() string { return "anchorwatch-solo" }

// UserData implements kafka.GroupBalancer. It is asked before every join.
func (b *soloBalancer) UserData() ([]byte, error) {
	return binary.BigEndian.AppendUint32(nil, uint32(b.held.Load())), nil
}

// AssignGroups implements kafka.GroupBalancer. A topic that the chosen member does not read goes to the next one that
// does: both then own only part, and say so.
func (b *soloBalancer) AssignGroups(members []kafka.GroupMember, partitions []kafka.Partition) kafka.GroupMemberAssignments {
	ranked := slices.Clone(members)
	slices.SortFunc(ranked, func(a, b kafka.GroupMember) int {
		return cmp.Or(cmp.Compare(lastHeld(b), lastHeld(a)), cmp.Compare(a.ID, b.ID))
	})
	assignments := kafka.GroupMemberAssignments{}
	for _, member := range ranked {
		assignments[member.ID] = map[string][]int{}
	}
	for _, p := range partitions {
		i := slices.IndexFunc(ranked, func(m kafka.GroupMember) bool { return slices.Contains(m.Topics, p.Topic) })
		if i >= 0 {
			owned := assignments[ranked[i].ID]
			owned[p.Topic] = append(owned[p.Topic], p.ID)
		}
	}
	return assignments
}

// lastHeld reads a member's user data; 0 if it is not ours.
func lastHeld(m kafka.GroupMember) uint32 {
	if len(m.UserData) != 4 {
		return 0
	}
	return binary.BigEndian.Uint32(m.UserData)
}
