package storage

import "testing"

func TestFloorsFollowTheOldestSnapshot(t *testing.T) {
	v := &versions{last: 5}
	reader, _ := v.begin(false)
	v.commit(6)
	writer, _ := v.begin(true)
	writer2, _ := v.begin(true)
	if all, writing := v.commit(7); all != 5 || writing != 6 {
		t.Errorf("got floors %d and %d, want 5 and 6", all, writing)
	}
	v.end(writer, true)
	if all, writing := v.commit(8); all != 5 || writing != 6 {
		t.Errorf("one of two writers ended: got floors %d and %d, want 5 and 6", all, writing)
	}
	v.end(reader, false)
	if all, writing := v.commit(9); all != 6 || writing != 6 {
		t.Errorf("the reader ended: got floors %d and %d, want 6 and 6", all, writing)
	}
	v.end(writer2, true)
	if all, writing := v.commit(10); all != 10 || writing != 10 {
		t.Errorf("all ended: got floors %d and %d, want 10 and 10", all, writing)
	}
	if !v.close() || v.close() {
		t.Errorf("close: want true once")
	}
	v.drain()
	if _, err := v.begin(false); err == nil {
		t.Errorf("a closed store begins a snapshot")
	}
}

func TestMemoryKnowsConflictsAndForgetsWhatNobodyCanMeet(t *testing.T) {
	m := newMemory(10)
	k, other := m.hash([]byte("k")), m.hash([]byte("other"))
	m.wrote(k, 11)
	m.wrote(k, 13)
	for _, c := range []struct {
		ts    uint64
		reads []uint64
		want  uint64
	}{
		{10, []uint64{k}, 13}, {12, []uint64{other, k}, 13}, {13, []uint64{k}, 0}, {10, []uint64{other}, 0}, {10, nil, 0},
		{9, nil, 10}, // older than what is remembered: nobody can say, so it conflicts
	} {
		if got := m.conflict(c.ts, c.reads); got != c.want {
			t.Errorf("read at %d: got conflict with %d, want %d", c.ts, got, c.want)
		}
	}
	m.forget(11)
	if got := m.conflict(12, []uint64{k}); got != 13 {
		t.Errorf("after forgetting 11: got %d, want 13", got)
	}
	m.forget(13)
	if len(m.at) != 0 || len(m.log) != 0 {
		t.Errorf("still remembers %d keys, %d writes", len(m.at), len(m.log))
	}
}

// An Update that never ends must not let the memory grow for ever; it is the one that conflicts.
func TestMemoryIsBounded(t *testing.T) {
	m := newMemory(0)
	m.most = 5000
	for ts := range uint64(6000) {
		m.wrote(ts, ts+1)
		if ts%100 == 0 {
			m.forget(0)
		}
	}
	m.forget(0)
	if len(m.log) > m.most || len(m.at) > m.most {
		t.Errorf("remembers %d writes, at most %d are wanted", len(m.log), m.most)
	}
	if m.conflict(0, nil) == 0 {
		t.Errorf("a transaction older than the memory is let through")
	}
	if got := m.conflict(6000, []uint64{1, 2, 3}); got != 0 {
		t.Errorf("a fresh transaction conflicts with %d", got)
	}
}
