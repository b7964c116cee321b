package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"sync"

	"github.com/anchorwatch/anchorwatch/agent/dataset"
)

// openFile opens a file to read; the standard input for a dash, of which the parser leaves nothing.
func openFile(path string) (*os.File, error) {
	if path == "" || path == "-" {
		return os.Stdin, nil
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	if info, err := file.Stat(); err == nil && info.IsDir() {
		return nil, errors.Join(fmt.Errorf("%s is a directory: name a file", path), file.Close())
	}
	return file, nil
}

// readDatasets reads files by their paths, as many at once as there are processors.
func readDatasets(paths []string, o dataset.Options, stderr io.Writer) ([]*dataset.Dataset, error) {
	files := make([]*os.File, len(paths))
	for i, path := range paths {
		file, err := openFile(path)
		if err != nil {
			return nil, err
		}
		defer func() { _ = file.Close() }() // nothing was written
		if file == os.Stdin && slices.Contains(files, file) {
			return nil, errors.New("only one file can come from the standard input")
		}
		files[i] = file
	}
	progress := newReadingBar(stderr, files...)
	defer progress.remove()
	read, errs := make([]*dataset.Dataset, len(paths)), make([]error, len(paths))
	free := make(chan struct{}, runtime.GOMAXPROCS(0))
	var all sync.WaitGroup
	for i, file := range files {
		all.Go(func() {
			free <- struct{}{}
			read[i], errs[i] = dataset.Read(progress.watch(file), file.Name(), o)
			<-free
		})
	}
	all.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return read, nil
}

// readLabels reads a file of labels by its path.
func readLabels(path string, o dataset.Options, stderr io.Writer) (*dataset.Labels, error) {
	file, err := openFile(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // nothing was written
	progress := newReadingBar(stderr, file)
	defer progress.remove()
	return dataset.ReadLabels(progress.watch(file), file.Name(), o)
}
