-- places: where the next events lie and whose they are, whatever is in them
select position, id, tenant, stream, version, type from read_feed($1, $2, '{}');
