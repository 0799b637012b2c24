package wheel

// pageSize is the number of entries in a page: 160 KiB with a key of 20 bytes.
const pageSize = 1 << 12

// Handle names one scheduled entry: its generation in the upper 32 bits, its index in the lower ones. Zero is never valid, so
// it can stand for "not scheduled". A handle means nothing to another wheel, nor after a restart.
type Handle uint64

func handle(i, gen uint32) Handle { return Handle(gen)<<32 | Handle(i) }

// entry is a node in the list of a slot or of the free entries. With a key of 16 bytes and a uint32 it takes 40 bytes; a test
// holds it to that, and to having no pointers.
type entry[K comparable] struct {
	due  int64  // tick, as asked for, even if late
	next uint32 // index; the slot itself ends a list, 0 ends the free ones
	prev uint32
	gen  uint32 // odd while pending; grows at every take and give back
	key  K
}

// slab holds all entries, addressed by index instead of pointer, so the garbage collector sees one pointer per page and
// nothing inside. Indexes up to overflow are the list heads of the slots: a ring with its head inside needs no special case
// for first and last. Pages are never moved, copied or given back.
type slab[K comparable] struct {
	pages []*[pageSize]entry[K]
	fresh uint32 // next index that was never used
	free  uint32 // first of the entries given back, newest first as it is still in the cache; 0 for none
}

func (s *slab[K]) init() {
	s.pages = append(s.pages, new([pageSize]entry[K]))
	for slot := range uint32(overflow + 1) {
		s.cut(slot)
	}
	s.fresh = overflow + 1
}

func (s *slab[K]) at(i uint32) *entry[K] {
	return &s.pages[i/pageSize][i%pageSize]
}

func (s *slab[K]) alloc() (uint32, *entry[K]) {
	i := s.free
	if i == 0 {
		i = s.fresh
		s.fresh++
		if int(i/pageSize) == len(s.pages) {
			s.pages = append(s.pages, new([pageSize]entry[K]))
		}
	}
	e := s.at(i)
	s.free = e.next // 0 in a fresh one
	e.gen++
	return i, e
}

// release gives an entry back. One that has used up its generations is retired instead: 40 bytes lost after two thousand
// million uses, and in return an old handle can never meet a new entry.
func (s *slab[K]) release(i uint32, e *entry[K]) {
	e.gen++
	if e.gen == 0 {
		return
	}
	e.next = s.free
	s.free = i
}

// find returns the pending entry that h names, or nil.
func (s *slab[K]) find(h Handle) (uint32, *entry[K]) {
	i, gen := uint32(h), uint32(h>>32)
	if gen%2 == 0 || int(i/pageSize) >= len(s.pages) {
		return 0, nil
	}
	if e := s.at(i); e.gen == gen {
		return i, e
	}
	return 0, nil
}

// link appends an entry to the list of a slot.
func (s *slab[K]) link(slot, i uint32, e *entry[K]) {
	head := s.at(slot)
	e.prev, e.next = head.prev, slot
	s.at(head.prev).next = i
	head.prev = i
}

// unlink takes an entry out of its list. Where it was the last one, both its neighbours were the head: the slot.
func (s *slab[K]) unlink(e *entry[K]) (slot uint32, last bool) {
	s.at(e.prev).next = e.next
	s.at(e.next).prev = e.prev
	return e.next, e.next == e.prev
}

// cut empties the list of a slot and returns its first entry; the chain still ends with the slot.
func (s *slab[K]) cut(slot uint32) uint32 {
	head := s.at(slot)
	first := head.next
	head.next, head.prev = slot, slot
	return first
}
