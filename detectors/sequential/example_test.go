package sequential_test

import (
	"fmt"

	"github.com/anchorwatch/anchorwatch/detectors/sequential"
)

// A model's error rate was 10 %; up to 15 % nobody would get up. From the 500th answer on every second one is wrong.
func Example() {
	method, _ := sequential.Lookup("e_mean")
	watcher, err := method.New(map[string]string{"mean": "0.1", "tolerance": "0.05", "arl": "100000"})
	if err != nil {
		fmt.Println(err)
		return
	}
	for i := range 1000 {
		wrong := 0.0
		if i%10 == 0 || i >= 500 && i%2 == 0 {
			wrong = 1
		}
		if watcher.Observe(wrong).Alarm {
			fmt.Println("alarm at", i)
			return
		}
	}
	// Output: alarm at 534
}

// Parameters are listed with their defaults.
func ExampleMethod_Parameters() {
	method, _ := sequential.Lookup("ddm")
	for _, p := range method.Parameters() {
		fmt.Printf("%s = %v: %s\n", p.Name, p.Default, p.Meaning)
	}
	// Output:
	// warm_start = 30: values before the first comparison
	// warning_threshold = 2: standard deviations above the minimum that warn
	// drift_threshold = 3: standard deviations above the minimum that alarm
}
