package booking

import "math"

// optOutRatios are the rises in opt-outs that are looked for: half as many again, twice, four and eight times as many.
var optOutRatios = []float64{1.5, 2, 4, 8}

// OptOutLimit is the evidence at which a version is taken to drive people away.
const OptOutLimit = 20

// OptOutEvidence weighs the opt-outs of a canary: how many times as likely they are if the version that is tried drives people
// away as if both versions were alike.
//
// Every person is drawn by chance, so if the versions are alike, each one who opts out is on the side of the tried version with
// exactly the probability p they were drawn at, whatever else makes people opt out. If that version makes opting out r times as
// likely, the probability is q = rp/(rp+1-p). The product of q/p for each who opts out there and (1-q)/(1-p) for each who opts out
// on the other side is Wald's sequential likelihood ratio (A. Wald, "Sequential tests of statistical hypotheses", Annals of
// Mathematical Statistics 16, 1945, 117-186). The mean over several r is one too (H. Robbins, "Statistical methods related to the
// law of the iterated logarithm", Annals of Mathematical Statistics 41, 1970, 1397-1409), so that small and large rises are
// found.
//
// By Ville's inequality (J. Ville, "Etude critique de la notion de collectif", 1939) a harmless version ever reaches the limit of
// 20 with a probability of at most 1/20, however long the canary runs and however often one looks: so it may be looked at after
// every opt-out, where a test for a fixed number of persons would cry wolf in the end (A. Ramdas et al., "Game-theoretic statistics
// and safe anytime-valid inference", Statistical Science 38, 2023, 576-601).
func (t CanaryTally) OptOutEvidence() float64 {
	sum := 0.0
	for _, r := range optOutRatios {
		log := 0.0
		for percent, n := range t.Left {
			p := float64(percent) / 100
			of := r*p + 1 - p
			log += float64(n.Canary)*math.Log(r/of) - float64(n.Stable)*math.Log(of)
		}
		sum += math.Exp(min(log, 100))
	}
	return sum / float64(len(optOutRatios))
}

// DrivesAway tells whether the evidence suffices to take the tried version away.
func (t CanaryTally) DrivesAway() bool { return t.OptOutEvidence() >= OptOutLimit }
