return unknown() or redis.call('HLEN', h) - redis.call('ZCOUNT', x, '-inf', now())
