package worker

func misbehave() {}
func beParent()  {}
