package bench

import (
	"os"
	"runtime/pprof"
	"strconv"
	"testing"
)

// TestProfile is for whoever looks for time: LUODI_PROFILE=2 profiles size 2.
func TestProfile(t *testing.T) {
	n, err := strconv.Atoi(os.Getenv("LUODI_PROFILE"))
	if err != nil {
		t.Skip("LUODI_PROFILE isn't set")
	}
	facts, _, _ := synthetic(benchBook(t), sizes[n])
	f, _ := os.Create("/tmp/score.prof")
	_ = pprof.StartCPUProfile(f)
	for range []int{10000, 3000, 80, 40}[n] {
		repeatScore(facts, 1, 1)
	}
	pprof.StopCPUProfile()
}
