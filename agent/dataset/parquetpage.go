package dataset

import (
	"errors"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

const (
	// longestPageHeader is room for a page's header with the extremes of its values.
	longestPageHeader = 64 << 10
	// A page that unpacks to more than pageAnyway bytes must have been a thousandth of that, which is as far as gzip goes.
	pageAnyway, pageRatio = 64 << 20, 1100
)

// checkPages goes over the headers of all pages of a column in one row group before the library trusts them: a header is
// a few bytes, and it makes room for whatever they claim.
func (p *parquetFile) checkPages(group, column int, rows int64) error {
	columns := p.file.Metadata().RowGroups[group].Columns
	if column < 0 || column >= len(columns) {
		return errors.New("damaged: a row group lacks it")
	}
	chunk := &columns[column].MetaData
	// The library's LZ4 never comes back from a damaged page, and hardly anybody writes the others.
	if c := chunk.Codec; c != format.Uncompressed && c != format.Snappy && c != format.Gzip && c != format.Zstd {
		return fmt.Errorf("it is compressed by %v: write it with snappy, zstd, gzip or none", c)
	}
	at := chunk.DataPageOffset
	if d := chunk.DictionaryPageOffset; d > 0 && d < at {
		at = d
	}
	end := at + chunk.TotalCompressedSize
	if at < 0 || chunk.TotalCompressedSize < 0 || end < at || end > p.size {
		return errors.New("damaged: it lies outside the file")
	}
	buffer := make([]byte, longestPageHeader)
	var values int64
	for at < end {
		header, n, err := p.pageHeader(buffer[:min(end-at, longestPageHeader)], at)
		if err != nil {
			return err
		}
		packed, unpacked := int64(header.CompressedPageSize), int64(header.UncompressedPageSize)
		rest := end - at - n
		if packed < 0 || packed > rest || unpacked < 0 || unpacked > max(pageAnyway, pageRatio*packed) {
			return fmt.Errorf("damaged: a page of %d bytes, %d unpacked, where %d are left", packed, unpacked, rest)
		}
		values += pageValues(header)
		if values < 0 || values > rows {
			return errors.New("damaged: it has more values than rows")
		}
		at += n + packed
	}
	return nil
}

// pageHeader reads the header of the page at a place and returns how long it is.
func (p *parquetFile) pageHeader(buffer []byte, at int64) (*format.PageHeader, int64, error) {
	if n, err := p.content.ReadAt(buffer, at); n < len(buffer) && !errors.Is(err, io.EOF) {
		return nil, 0, err
	}
	header := new(format.PageHeader)
	reader := new(thrift.CompactProtocol).NewReaderFromBytes(buffer)
	if err := thrift.NewDecoder(reader).Decode(header); err != nil {
		return nil, 0, fmt.Errorf("damaged: page header: %w", err)
	}
	return header, int64(reader.BytesRead()), nil
}

// pageValues returns how many values a page says it has; a dictionary's are not the column's, but no more than those.
func pageValues(header *format.PageHeader) int64 {
	switch {
	case header.DataPageHeader.Valid:
		return int64(header.DataPageHeader.V.NumValues)
	case header.DataPageHeaderV2.Valid:
		return int64(header.DataPageHeaderV2.V.NumValues)
	}
	return 0
}
