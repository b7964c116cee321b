package main

import (
	"io"
	"os"
	"runtime"
	"sync"

	"github.com/anchorwatch/anchorwatch/agent/dataset"
)

// readDatasets reads files by their paths, as many at once as there are processors.
func readDatasets(paths []string, o dataset.Options, stderr io.Writer) ([]*dataset.Dataset, error) {
	files := make([]*os.File, len(paths))
	for i, path := range paths {
		file, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		defer func() { _ = file.Close() }() // nothing was written
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
			read[i], errs[i] = dataset.Read(progress.watch(file), paths[i], o)
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
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // nothing was written
	progress := newReadingBar(stderr, file)
	defer progress.remove()
	return dataset.ReadLabels(progress.watch(file), path, o)
}
