package agent

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/rs/zerolog"
	"github.com/segmentio/kafka-go/sasl"

	"github.com/anchorwatch/anchorwatch/agent/config"
	"github.com/anchorwatch/anchorwatch/agent/event"
	"github.com/anchorwatch/anchorwatch/agent/source"
	"github.com/anchorwatch/anchorwatch/alerts"
	"github.com/anchorwatch/anchorwatch/alerts/retrain"
	"github.com/anchorwatch/anchorwatch/alerts/slack"
)

// Streams says what each topic of a configuration carries. A topic may carry both.
func Streams(k *config.Kafka) func(topic string) event.Stream {
	return func(topic string) event.Stream {
		predictions, labels := slices.Contains(k.Predictions, topic), slices.Contains(k.Labels, topic)
		switch {
		case predictions && !labels:
			return event.Predictions
		case labels && !predictions:
			return event.Labels
		}
		return event.Either
	}
}

// NewKafkaSource makes the source that a configuration describes. It connects when it is first read.
func NewKafkaSource(c *config.Config, log zerolog.Logger, now func() time.Time) (*source.Kafka, error) {
	k := c.Kafka
	security, mechanism, err := kafkaSecurity(k)
	if err != nil {
		return nil, err
	}
	return source.NewKafka(source.Options{
		Brokers: k.Brokers, Group: k.Group, Topics: append(slices.Clone(k.Predictions), k.Labels...), ClientID: k.ClientID,
		TLS: security, SASL: mechanism, Replay: replay(c), Clock: now, Log: log,
	})
}

// replay is how far back an agent without a checkpoint must read to rebuild what the group's last reader had open: the
// longest window, and all that is waited for after it.
func replay(c *config.Config) time.Duration {
	var longest time.Duration
	for i := range c.Models {
		m := &c.Models[i]
		for _, w := range m.Windows {
			longest = max(longest, w.Size+c.Time.AllowedLateness+c.LabelDelayOf(m, defaultLabelDelay))
		}
	}
	return longest
}

// Results writes window reports to a topic.
type Results struct{ producer *source.Producer }

// NewResults makes the producer for the results topic of a configuration.
func NewResults(c *config.Config, now func() time.Time) (*Results, error) {
	security, mechanism, err := kafkaSecurity(c.Kafka)
	if err != nil {
		return nil, err
	}
	producer, err := source.NewProducer(source.ProducerOptions{
		Brokers: c.Kafka.Brokers, ClientID: c.Kafka.ClientID, TLS: security, SASL: mechanism,
		Topics: []string{c.Sinks.Topic}, Clock: now,
	})
	if err != nil {
		return nil, err
	}
	return &Results{producer}, nil
}

// Produce writes one record and waits until the brokers have it.
func (r *Results) Produce(ctx context.Context, topic string, key, value []byte) error {
	return r.producer.Produce(ctx, topic, source.Record{Key: key, Value: value})
}

// Close lets go of the connections.
func (r *Results) Close() error { return r.producer.Close() }

func kafkaSecurity(k *config.Kafka) (*tls.Config, sasl.Mechanism, error) {
	security, err := clientTLS(k.TLS)
	if err != nil {
		return nil, nil, fmt.Errorf("kafka.tls: %w", err)
	}
	if k.SASL == nil {
		return security, nil, nil
	}
	var mechanism sasl.Mechanism
	switch user, password := k.SASL.Username, k.SASL.Password.Reveal(); k.SASL.Mechanism {
	case "scram-sha-256":
		mechanism, err = source.SCRAM256(user, password)
	case "scram-sha-512":
		mechanism, err = source.SCRAM512(user, password)
	default:
		mechanism = source.Plain(user, password)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("kafka.sasl: %w", err)
	}
	return security, mechanism, nil
}

// clientTLS reads certificates; nil without a section.
func clientTLS(t *config.TLS) (*tls.Config, error) {
	if t == nil {
		return nil, nil //nolint:nilnil // no section means no encryption, which is no error
	}
	c := &tls.Config{
		MinVersion: tls.VersionTLS12, ServerName: t.ServerName,
		InsecureSkipVerify: t.InsecureSkipVerify, //nolint:gosec // only where the operator writes it
	}
	if t.CAFile != "" {
		pem, err := os.ReadFile(t.CAFile)
		if err != nil {
			return nil, err
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("%s holds no certificate", t.CAFile)
		}
	}
	if t.CertFile != "" {
		pair, err := tls.LoadX509KeyPair(t.CertFile, t.KeyFile)
		if err != nil {
			return nil, err
		}
		c.Certificates = []tls.Certificate{pair}
	}
	return c, nil
}

// Notifiers makes the notifiers that a configuration describes, by destination.
func Notifiers(c *config.Config, externalURL string, log zerolog.Logger, now func() time.Time) (map[string]alerts.Notifier, error) {
	notifiers := map[string]alerts.Notifier{}
	if s := c.Slack; s != nil {
		options := slack.Options{APIURL: s.APIURL, ExternalURL: externalURL}
		if s.Token != "" {
			notifiers[slackDestination] = slack.NewBot(s.Token.Reveal(), s.Channel, options)
		} else {
			notifiers[slackDestination] = slack.NewWebhook(s.WebhookURL.Reveal(), options)
		}
	}
	if r := c.Retrain; r != nil && r.DryRun {
		notifiers[retrainDestination] = alerts.NotifierFunc(func(_ context.Context, e alerts.Entry, _ json.RawMessage) (json.RawMessage, error) {
			log.Info().Str("request", e.Key).RawJSON("body", e.Payload).Msg("dry run: this request for retraining is not sent")
			return json.Marshal(retrain.Receipt{DryRun: true})
		})
	} else if r != nil {
		signer, err := retrain.NewSigner(r.Secret.Reveal())
		if err != nil {
			return nil, fmt.Errorf("retrain.secret: %w", err)
		}
		webhook, err := retrain.NewWebhook(retrain.WebhookOptions{
			URL: r.URL.Reveal(), Signer: signer, DryRun: r.DryRun, Now: now, Logger: log,
		})
		if err != nil {
			return nil, fmt.Errorf("retrain.url: %w", err)
		}
		notifiers[retrainDestination] = webhook
	}
	return notifiers, nil
}

// errNoCallbacks says that the configuration has no listener for callbacks.
var errNoCallbacks = errors.New("retrain.callback_listen is not configured")

// Callbacks is the handler for the listener on which a retraining pipeline reports.
func (a *Agent) Callbacks() (*retrain.CallbackHandler, error) {
	r := a.config.Retrain
	if r == nil || r.CallbackListen == "" {
		return nil, errNoCallbacks
	}
	signer, err := retrain.NewSigner(r.Secret.Reveal())
	if err != nil {
		return nil, fmt.Errorf("retrain.secret: %w", err)
	}
	return retrain.NewCallbackHandler(retrain.CallbackOptions{
		Signer: signer, Accept: a.delivery.accept, Now: a.options.Now, Logger: a.log,
	})
}
