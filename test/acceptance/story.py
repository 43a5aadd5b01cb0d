# What a Python application does with redis-py: run with the port as its argument, ends with 0 if all holds.

import sys
import threading
import time

import redis

port = int(sys.argv[1])
r = redis.Redis(host='127.0.0.1', port=port, decode_responses=True)

assert r.ping()
assert r.set('s', 'v', ex=100, nx=True)
assert r.set('s', 'w', nx=True) is None
assert r.get('s') == 'v' and 90 < r.ttl('s') <= 100
assert r.hset('h', mapping={'a': 1, 'b': 2}) == 2 and r.hgetall('h') == {'a': '1', 'b': '2'}
assert r.rpush('l', 1, 2, 3) == 3 and r.lrange('l', 0, -1) == ['1', '2', '3']
assert r.lmove('l', 'm', 'LEFT', 'RIGHT') == '1'
assert r.sadd('e', 'x', 'y') == 2 and r.smembers('e') == {'x', 'y'}
assert r.zadd('z', {'one': 1, 'two': 2.5}) == 2
assert r.zrange('z', 0, -1, withscores=True) == [('one', 1.0), ('two', 2.5)]
assert r.zrange('z', '-inf', '+inf', byscore=True, offset=0, num=1) == ['one']
assert r.geoadd('g', (13.361389, 38.115556, 'Palermo')) == 1
assert r.pfadd('p', 'a', 'b') == 1 and r.pfcount('p') == 2
assert r.setbit('bits', 7, 1) == 0 and r.bitcount('bits') == 1
assert r.bitfield('bits').set('u8', 0, 255).incrby('u8', 0, 10).execute() == [1, 9]
assert sorted(r.scan_iter(match='*', count=3)) == sorted(r.keys('*'))
assert dict(r.hscan_iter('h')) == {'a': '1', 'b': '2'}
assert r.sort('l', desc=True) == ['3', '2']
assert r.object('encoding', 'l') == 'listpack' or r.object('encoding', 'l') == 'quicklist'
dumped = redis.Redis(host='127.0.0.1', port=port).dump('z')
assert redis.Redis(host='127.0.0.1', port=port).restore('z2', 0, dumped)
assert r.zscore('z2', 'two') == 2.5
assert r.info('server')['redis_version'] and r.dbsize() > 5
assert r.config_get('maxmemory') == {'maxmemory': '0'}
assert r.client_list()[0]['addr'] and r.client_setname('py') and r.client_getname() == 'py'
assert r.command_count() >= 240

with r.pipeline() as pipe:
    assert pipe.set('n', 1).incr('n').get('n').execute() == [True, 2, '2']

other = redis.Redis(host='127.0.0.1', port=port)
with r.pipeline() as pipe:
    pipe.watch('n')
    other.set('n', 10)
    pipe.multi()
    pipe.set('n', 20)
    try:
        pipe.execute()
        raise SystemExit('a watched key was changed unnoticed')
    except redis.WatchError:
        pass
assert r.transaction(lambda p: (p.multi(), p.incr('n')), 'n') == [11]

add = r.register_script("return redis.call('incrby', KEYS[1], ARGV[1])")
assert add(keys=['n'], args=[5]) == 16

with r.lock('lock', timeout=5):
    assert not r.lock('lock', blocking=False).acquire()
assert r.lock('lock', blocking=False).acquire()

listener = r.pubsub(ignore_subscribe_messages=True)
listener.subscribe('news')
listener.psubscribe('ne*')
listener.get_message(timeout=1)
listener.get_message(timeout=1)
assert r.publish('news', 'hello') == 2
heard = [listener.get_message(timeout=5), listener.get_message(timeout=5)]
assert sorted(each['type'] for each in heard) == ['message', 'pmessage']

threading.Thread(target=lambda: (time.sleep(0.1), other.rpush('jobs', 'job'))).start()
assert r.blpop('jobs', timeout=5) == ('jobs', 'job')
assert r.blpop('jobs', timeout=1) is None

first = r.xadd('x', {'f': 'v'})
r.xgroup_create('x', 'g', id='0')
read = r.xreadgroup('g', 'c', {'x': '>'}, count=10, block=100)
assert read == [['x', [(first, {'f': 'v'})]]]
assert r.xpending('x', 'g')['pending'] == 1 and r.xack('x', 'g', first) == 1
assert r.xinfo_stream('x')['length'] == 1

try:
    r.lpush('s', 'x')
    raise SystemExit('a list in a string')
except redis.ResponseError as error:
    assert str(error).startswith('WRONGTYPE')
