"""What each number of the report means, as it is printed beside it."""

DEFINITIONS = {
    "reach": "Referrals received on a day of the period, as they were known at the moment of the report. "
    "People counts each person once. Accepted counts those of them that were accepted by then.",
    "waits": "Clocks that started (a referral was received) on a day of the period. A clock is complete when first contact, "
    "baseline measure, assessment, and plan or intervention are all there; its days are those to the last of them. In time "
    "means on or before the day care should have begun by; breached, that this day went by with a part missing. Ended "
    "before means withdrawn, redirected or closed first. Under reach, days are those to the day of the report, stopped or not.",
    "activity": "What became of appointments, as it was said last, by the day they were; cancelled ones by the day they were "
    "cancelled. Group sessions by the day they were held; people who came are those on the register, staff not counted. "
    "Places by the day they were asked for, given or given up.",
    "first": "Each person's earliest valid score in the period, by the day the questionnaire was completed.",
    "last": "The latest valid score of each person who has two or more in the period.",
    "pairs": "People with a first and a last score under the same version of the instrument. Change is last minus first; "
    "the 95 % interval is Student's t. There is no comparison group: change is not the effect of the service alone, and "
    "people who begin far from the average tend to come nearer to it by themselves.",
    "effect_size": "d_b: the mean change divided by the sample standard deviation of the first scores of the same people "
    "(Becker; Glass). Below zero means that scores fell.",
    "reliable": "A change counts as improvement or deterioration from the number of points named on, and as no change below "
    "it; where no such number is verified for a score, nothing is said. Shares are of all pairs, with Wilson's 95 % interval.",
    "sd": "Sample standard deviation.",
    "at_or_above": "How many of the scores are at or above the threshold.",
    "risk_flags": "Flags raised by a self-harm item of a questionnaire completed in the period, whatever its total.",
    "corrections": "A corrected questionnaire counts with what was known at the moment of the report.",
    "training": "Sessions and consultations by the day they were held. A professional who attended twice counts once. A practice "
    "is covered when somebody who works there attended training in the twelve months that end with the last day of the period.",
    "events": "Every count leads to the events it was counted from. The same events and the same moment give the same number.",
}
