create table notes (id integer primary key, text text not null);
select kit_grant('notes', 'select, insert');
