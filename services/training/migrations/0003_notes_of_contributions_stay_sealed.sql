-- As 0002: the note of a contribution too is opened from its event, for whoever asks for this one.
alter table community_inputs drop column note;
