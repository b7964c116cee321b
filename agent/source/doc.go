// Package source moves bytes and positions: records from Kafka partitions or files, in order.
package source
