"""Build a read model anew beside the live one, and put it in its place (docs/adr/0012).

run.py       the order of things: build, catch up, compare, swap
source.py    where events come from, seen from there:
log.py         the service's own log
topics.py      or Kafka (records.py); where it no longer has the beginning, the logs of those who published (feed.py)
fold.py      events into rows, in memory, and from there into a copy by COPY; late.py, heeded.py: with as little work as may be
copies.py    tables beside the live ones: begin, finish, compare, swap, keep, go back; standing.py: what they hold
"""
