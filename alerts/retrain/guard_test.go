package retrain

import "testing"

func TestGuard(t *testing.T) {
	for _, c := range []struct {
		address              string
		open, denyingPrivate bool
	}{
		{"93.184.216.34:443", true, true},
		{"[2606:2800:220:1::1]:443", true, true},
		{"127.0.0.1:80", true, false},
		{"[::1]:80", true, false},
		{"10.0.0.7:80", true, false},
		{"172.16.1.1:80", true, false},
		{"192.168.1.1:80", true, false},
		{"[fd12::1]:80", true, false},
		{"100.64.0.1:80", true, false},
		{"[::ffff:10.0.0.7]:80", true, false},
		{"169.254.169.254:80", false, false},
		{"[::ffff:169.254.169.254]:80", false, false},
		{"[64:ff9b::a9fe:a9fe]:80", false, false},
		{"[fe80::1%eth0]:80", false, false},
		{"[fd00:ec2::254]:80", false, false},
		{"100.100.100.200:80", false, false},
		{"224.0.0.1:80", false, false},
		{"[ff02::1]:80", false, false},
		{"0.0.0.0:80", false, false},
		{"[::]:80", false, false},
		{"0.1.2.3:80", false, false},
		{"255.255.255.255:80", false, false},
		{"nonsense", false, false},
	} {
		if err := (guard{}).control("tcp", c.address, nil); (err == nil) != c.open {
			t.Errorf("%s: %v, want open %v", c.address, err, c.open)
		}
		if err := (guard{denyPrivate: true}).control("tcp", c.address, nil); (err == nil) != c.denyingPrivate {
			t.Errorf("%s, private denied: %v, want open %v", c.address, err, c.denyingPrivate)
		}
	}
}
