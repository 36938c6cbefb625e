-- statement: what gives the administrator, who asks, another password
select format('alter role %I password %L', current_user, $1::text);
