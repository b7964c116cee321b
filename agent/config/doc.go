// Package config reads what users write.
package config
