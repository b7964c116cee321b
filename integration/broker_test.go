//go:build integration

package integration

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// broker is a real Apache Kafka of one node, in a process of its own.
type broker struct {
	folder  string
	address string
	libs    string
	process *exec.Cmd
}

// newBroker formats the storage of a broker that does not run yet.
func newBroker(folder string) (*broker, error) {
	libs := os.Getenv("ANCHORWATCH_KAFKA_LIBS")
	if jars, _ := filepath.Glob(filepath.Join(libs, "kafka_*.jar")); libs == "" || len(jars) == 0 {
		return nil, errors.New("ANCHORWATCH_KAFKA_LIBS must name the folder with the jars of Apache Kafka; .ci/kafka fetches them and prints it")
	}
	if err := os.MkdirAll(folder, 0o750); err != nil {
		return nil, err
	}
	ports, err := freePorts(2)
	if err != nil {
		return nil, err
	}
	b := &broker{folder: folder, address: ports[0], libs: libs}
	settings := fmt.Sprintf(`process.roles=broker,controller
node.id=1
controller.quorum.voters=1@%[2]s
listeners=PLAINTEXT://%[1]s,CONTROLLER://%[2]s
advertised.listeners=PLAINTEXT://%[1]s
controller.listener.names=CONTROLLER
log.dirs=%[3]s
auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
log.cleaner.backoff.ms=500
log.initial.task.delay.ms=500
log.retention.check.interval.ms=500
`, ports[0], ports[1], filepath.Join(folder, "log"))
	if err := os.WriteFile(b.settings(), []byte(settings), 0o600); err != nil {
		return nil, err
	}
	format := b.java("kafka.tools.StorageTool", "format", "-t", "QW5jaG9yV2F0Y2hUZXN0cw", "-c", b.settings())
	if out, err := format.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("format kafka's storage: %w\n%s", err, out)
	}
	return b, nil
}

func (b *broker) settings() string { return filepath.Join(b.folder, "server.properties") }

func (b *broker) java(arguments ...string) *exec.Cmd {
	return exec.Command("java", append([]string{
		"-Xmx768m", "-XX:+UseSerialGC", "-Djava.io.tmpdir=" + b.folder, "-XX:TieredStopAtLevel=1", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
		"-cp", filepath.Join(b.libs, "*"),
	}, arguments...)...)
}

// start runs the broker and waits until it answers.
func (b *broker) start() error {
	output, err := os.OpenFile(filepath.Join(b.folder, "output.txt"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer output.Close()
	b.process = b.java("kafka.Kafka", b.settings())
	b.process.Stdout, b.process.Stderr = output, output
	if err := b.process.Start(); err != nil {
		return fmt.Errorf("start kafka: %w", err)
	}
	client, err := kgo.NewClient(kgo.SeedBrokers(b.address))
	if err != nil {
		return err
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for client.Ping(ctx) != nil {
		if ctx.Err() != nil {
			said, _ := os.ReadFile(output.Name())
			return fmt.Errorf("kafka does not answer within %v:\n%s", patience, said)
		}
		time.Sleep(100 * time.Millisecond)
	}
	return nil
}

// kill ends the broker as a power cut would.
func (b *broker) kill() {
	if b.process != nil {
		_ = b.process.Process.Kill()
		_ = b.process.Wait()
		b.process = nil
	}
}

// client connects to the broker for as long as the test runs.
func (b *broker) client(t *testing.T, options ...kgo.Opt) *kgo.Client {
	t.Helper()
	client, err := kgo.NewClient(append([]kgo.Opt{
		kgo.SeedBrokers(b.address), kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.MetadataMinAge(50 * time.Millisecond),
	}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

// topic makes a topic, with settings such as "cleanup.policy=compact" in pairs of name and value.
func (b *broker) topic(t *testing.T, name string, partitions int32, settings ...string) {
	t.Helper()
	topic := kmsg.NewCreateTopicsRequestTopic()
	topic.Topic, topic.NumPartitions, topic.ReplicationFactor = name, partitions, 1
	for pair := range slices.Chunk(settings, 2) {
		config := kmsg.NewCreateTopicsRequestTopicConfig()
		config.Name, config.Value = pair[0], &pair[1]
		topic.Configs = append(topic.Configs, config)
	}
	request := kmsg.NewPtrCreateTopicsRequest()
	request.Topics = append(request.Topics, topic)
	answer, err := request.RequestWith(soon(t), b.client(t))
	if err == nil {
		err = kerr.ErrorForCode(answer.Topics[0].ErrorCode)
	}
	if err != nil {
		t.Fatalf("create topic %s: %v", name, err)
	}
}

// deleteBefore makes the broker forget what lies before an offset, as retention does.
func (b *broker) deleteBefore(t *testing.T, topic string, partition int32, offset int64) {
	t.Helper()
	p := kmsg.NewDeleteRecordsRequestTopicPartition()
	p.Partition, p.Offset = partition, offset
	in := kmsg.NewDeleteRecordsRequestTopic()
	in.Topic, in.Partitions = topic, append(in.Partitions, p)
	request := kmsg.NewPtrDeleteRecordsRequest()
	request.Topics, request.TimeoutMillis = append(request.Topics, in), 5000
	answer, err := request.RequestWith(soon(t), b.client(t))
	if err == nil {
		err = kerr.ErrorForCode(answer.Topics[0].Partitions[0].ErrorCode)
	}
	if err != nil {
		t.Fatalf("delete records of %s: %v", topic, err)
	}
}

// committed returns the offsets that a group has committed, summed over a topic's partitions.
func (b *broker) committed(t *testing.T, group, topic string) (sum int64) {
	t.Helper()
	request := kmsg.NewPtrOffsetFetchRequest()
	one := kmsg.NewOffsetFetchRequestGroup()
	one.Group = group
	request.Group, request.Groups = group, append(request.Groups, one)
	answer, err := request.RequestWith(soon(t), b.client(t))
	if err != nil {
		t.Fatalf("fetch offsets of %s: %v", group, err)
	}
	for _, g := range answer.Groups {
		for _, in := range g.Topics {
			for _, p := range in.Partitions {
				if in.Topic == topic {
					sum += max(0, p.Offset)
				}
			}
		}
	}
	return sum
}

// expel removes all members of a group, as an operator does with members that died, instead of waiting for their
// session to end.
func (b *broker) expel(t *testing.T, group string) {
	t.Helper()
	client := b.client(t)
	describe := kmsg.NewPtrDescribeGroupsRequest()
	describe.Groups = []string{group}
	found, err := describe.RequestWith(soon(t), client)
	if err != nil {
		t.Fatalf("describe group %s: %v", group, err)
	}
	for _, member := range found.Groups[0].Members {
		leave := kmsg.NewPtrLeaveGroupRequest()
		one := kmsg.NewLeaveGroupRequestMember()
		one.MemberID = member.MemberID
		leave.Group, leave.Members = group, append(leave.Members, one)
		if _, err := leave.RequestWith(soon(t), client); err != nil {
			t.Fatalf("expel a member of %s: %v", group, err)
		}
	}
}

// patience is how long a test waits for what must come. Only a failure takes so long: a busy machine may stall for seconds,
// again and again.
const patience = 3 * time.Minute

// soon is a context that ends before a hanging test is a nuisance.
func soon(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}

// eventually waits until a condition holds. what says which, and detail, if any, how far it is.
func eventually(t *testing.T, what string, holds func() bool, detail ...func() string) {
	t.Helper()
	for end := time.Now().Add(patience); !holds(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			text := ""
			for _, d := range detail {
				text += "\n" + d()
			}
			t.Fatalf("not within %v: %s%s", patience, what, text)
		}
	}
}

// nextPort is the next port to try, from below the range from which systems give out ports of their own accord.
var nextPort atomic.Int32

// freePorts returns loopback addresses that nobody listens on now, and that no other call returns.
func freePorts(n int) ([]string, error) {
	nextPort.CompareAndSwap(0, int32(12000+os.Getpid()%10000))
	var found []string
	for len(found) < n {
		port := nextPort.Add(1)
		if port > 32000 {
			return nil, errors.New("no free port")
		}
		address := net.JoinHostPort("127.0.0.1", strconv.Itoa(int(port)))
		if listener, err := net.Listen("tcp", address); err == nil {
			_ = listener.Close()
			found = append(found, address)
		}
	}
	return found, nil
}
