return unknown() or redis.call('ZRANGEBYSCORE', p, '(' .. now(), '+inf')
