package booking

import "strings"

// givenNames are first names that people of the United States bear most, for texts in which nobody writes capitals. Those that are words
// as well (Will, Mark, Grace, Dale) are left out.
//
// Source: the most frequent of the last hundred years in the list of the Social Security Administration, ssa.gov/oact/babynames.
var givenNames = wordSet("james john robert michael david william richard joseph thomas charles christopher daniel matthew anthony donald steven andrew " +
	"paul joshua kenneth kevin brian george timothy ronald jason edward jeffrey ryan jacob gary nicholas eric jonathan stephen larry justin scott brandon benjamin " +
	"samuel gregory alexander patrick raymond jerry dennis tyler aaron jose adam nathan henry douglas zachary peter pete kyle noah ethan jeremy walter " +
	"keith roger terry sean gerald carl harold dylan arthur lawrence jesse bryan bruce gabriel joe alan juan albert willie elijah " +
	"wayne randy vincent roy ralph bobby russell bradley philip eugene mike steve dave tom tim jim bob dan matt chris nick greg jeff ken tony andy " +
	"mary patricia jennifer linda elizabeth barbara susan jessica sarah karen lisa nancy betty sandra margaret ashley kimberly kim emily donna michelle carol " +
	"amanda melissa deborah stephanie rebecca sharon laura cynthia dorothy amy kathleen angela shirley emma brenda pamela nicole anna samantha katherine christine " +
	"debra rachel carolyn janet maria olivia heather helen catherine diane julie victoria joyce kelly christina ruth joan judith evelyn hannah " +
	"andrea megan cheryl jacqueline teresa abigail sophia martha sara gloria janice kathryn ann isabella judy julia theresa brittany diana natalie " +
	"debbie becky jen kate katie liz meg tina yolanda rosa ana juana lupe luis carlos miguel jorge pedro manuel francisco antonio javier rafael ramon " +
	"hector ricardo fernando eduardo roberto sergio mario oscar guadalupe alejandro alejandra gabriela leticia silvia marisol esperanza consuelo raul ruben")

// givenName tells whether a plain word is a first name, or somebody's ("petes").
func givenName(w string) bool {
	return givenNames[w] || len(w) > 3 && givenNames[strings.TrimSuffix(w, "s")]
}
