return unknown() or capacity()
