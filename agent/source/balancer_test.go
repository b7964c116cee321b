package source

import (
	"reflect"
	"testing"

	"github.com/segmentio/kafka-go"
)

func TestSoloBalancer(t *testing.T) {
	both := []string{"events", "labels"}
	held := func(generation int32) []byte {
		var b soloBalancer
		b.held.Store(generation)
		data, err := b.UserData()
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	partitions := []kafka.Partition{{Topic: "events"}, {Topic: "events", ID: 1}, {Topic: "labels"}}
	all := map[string][]int{"events": {0, 1}, "labels": {0}}
	none := map[string][]int{}

	for _, c := range []struct {
		name    string
		members []kafka.GroupMember
		want    kafka.GroupMemberAssignments
	}{
		{"alone", []kafka.GroupMember{{ID: "a", Topics: both}}, kafka.GroupMemberAssignments{"a": all}},
		{
			"nobody held: the smallest id",
			[]kafka.GroupMember{{ID: "b", Topics: both, UserData: held(0)}, {ID: "a", Topics: both}},
			kafka.GroupMemberAssignments{"a": all, "b": none},
		},
		{
			"the holder keeps them",
			[]kafka.GroupMember{{ID: "a", Topics: both, UserData: held(0)}, {ID: "b", Topics: both, UserData: held(4)}},
			kafka.GroupMemberAssignments{"a": none, "b": all},
		},
		{
			"a sleeper held them once, but another since",
			[]kafka.GroupMember{{ID: "a", Topics: both, UserData: held(4)}, {ID: "b", Topics: both, UserData: held(5)}},
			kafka.GroupMemberAssignments{"a": none, "b": all},
		},
		{
			"a topic the holder does not read",
			[]kafka.GroupMember{{ID: "a", Topics: both}, {ID: "b", Topics: both[:1], UserData: held(5)}},
			kafka.GroupMemberAssignments{"a": {"labels": {0}}, "b": {"events": {0, 1}}},
		},
		{
			"user data of a stranger",
			[]kafka.GroupMember{{ID: "a", Topics: both, UserData: []byte("rack-1")}, {ID: "b", Topics: both, UserData: held(1)}},
			kafka.GroupMemberAssignments{"a": none, "b": all},
		},
	} {
		if got := new(soloBalancer).AssignGroups(c.members, partitions); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}
