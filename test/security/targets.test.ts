import { checkRows } from './checkRows.ts'
import { CHUNKED, CHUNKS, get, head, LENGTH, post, type Row } from './requests.ts'

const TARGETS: Row[] = [
  [
    'an address with another host',
    head('GET http://evil.example/channels/smug HTTP/1.1'),
    '421 probe',
    '200 probe',
    '404 probe',
  ],
  [
    'an address with another host and port',
    head('GET https://evil.example:99/channels/smug HTTP/1.1'),
    '421 probe',
    '200 probe',
    '404 probe',
  ],
  ['a tunnel', head('CONNECT 127.0.0.1:5432 HTTP/1.1'), '400', '405', '405'],
  ['an asterisk', head('OPTIONS * HTTP/1.1'), '400', '404 probe', '404 probe'],
  ['no host', 'GET /channels/smug HTTP/1.1\r\n\r\n', '400', '400', '400'],
  ['two hosts', get('Host: b'), '400', '200 probe', '404 probe'],
  [
    'another host',
    get().replace('localhost', 'evil.example'),
    '421 probe',
    '200 probe',
    '404 probe',
  ],
  ['HTTP/1.0 without a host', 'GET /channels/smug HTTP/1.0\r\n\r\n', '200', '200', '404'],
  ['HTTP/1.0 with chunks', post([CHUNKED], CHUNKS).replace('1.1', '1.0'), '400', '201', '404'],
  ['HTTP/0.9', 'GET /channels/smug\r\n', '', '400', '400'],
  ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', '400', '400', '400'],
  [
    'an upgrade to HTTP/2',
    get('Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABk'),
    '200 probe',
    '200',
    '404',
  ],
  [
    'an upgrade of a stream to a web socket',
    head('GET /events?channel=a HTTP/1.1').replace(
      '\r\n\r\n',
      '\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    ),
    '200',
    '404',
    '200',
  ],
]

const METHODS: Row[] = [
  ['TRACE', head('TRACE /channels/a HTTP/1.1', 'X-Secret: s'), '405', '405 probe', '404 probe'],
  ['DELETE', head('DELETE /channels/a HTTP/1.1'), '405 probe', '405 probe', '404 probe'],
  ['PURGE', head('PURGE / HTTP/1.1'), '405 probe', '404 probe', '404 probe'],
  [
    'OPTIONS of another origin',
    head(
      'OPTIONS /channels/a/messages HTTP/1.1',
      'Origin: http://evil',
      'Access-Control-Request-Method: POST',
    ),
    '405 probe',
    '405 probe',
    '404 probe',
  ],
  [
    'GET that calls itself POST',
    head('GET /channels/a/messages HTTP/1.1', 'X-HTTP-Method-Override: POST'),
    '405 probe',
    '405 probe',
    '404 probe',
  ],
  [
    'POST that calls itself DELETE',
    post([LENGTH, 'X-HTTP-Method-Override: DELETE']).replace('messages', 'messages?_method=DELETE'),
    '201 probe',
    '201 probe',
    '404 probe',
  ],
  ['GET in small letters', get().replace('GET', 'get'), '400', '400', '400'],
  ['a method of twenty letters', get().replace('GET', 'A'.repeat(20)), '400 probe', '400', '400'],
  [
    'POST of a stream',
    head('POST /events?channel=a HTTP/1.1', 'Content-Length: 0'),
    '405',
    '404 probe',
    '405 probe',
  ],
]

const at = (path: string) => head(`GET ${path} HTTP/1.1`)
const PATHS: Row[] = [
  ['a space', at('/channels/a b'), '400', '400', '400'],
  ['a space, escaped', at('/channels/a%20b'), '400 probe', '400 probe', '404 probe'],
  ['bytes that are not ASCII', at('/channels/\xc3\xa9'), '400 probe', '400', '400'],
  ['a NUL', at('/channels/a%00b'), '400', '400 probe', '404 probe'],
  ['a line end', at('/channels/a%0d%0aX-Evil:1'), '400 probe', '400 probe', '404 probe'],
  ['a bad escape', at('/channels/%zz'), '400', '400 probe', '404 probe'],
  ['an escape that is no UTF-8', at('/channels/%ff'), '400 probe', '400 probe', '404 probe'],
  ['two steps up', at('/channels/../../metrics'), '400', '404 probe', '404 probe'],
  ['two steps up, escaped', at('/channels/%2e%2e/%2e%2e/metrics'), '400', '404 probe', '404 probe'],
  [
    'two steps up, escaped twice',
    at('/channels/%252e%252e/metrics'),
    '404 probe',
    '404 probe',
    '404 probe',
  ],
  ['steps up with a semicolon', at('/channels/..;/metrics'), '404 probe', '404 probe', '404 probe'],
  [
    'steps up with a backslash',
    at('/assets/..\\..\\stack/main.js'),
    '404 probe',
    '404 probe',
    '404 probe',
  ],
  [
    'steps up out of the page',
    at('/assets/%2e%2e/%2e%2e/%2e%2e/etc/passwd'),
    '400',
    '404 probe',
    '404 probe',
  ],
  ['two slashes', at('//channels/a'), '404 probe', '404 probe', '404 probe'],
  ['a slash, escaped', at('/channels/a%2fmessages'), '400 probe', '400 probe', '404 probe'],
  ...[
    '/metrics',
    '/live',
    '/ready',
    '/nginx_status',
    '/.git/config',
    '/package.json',
    '/stack/main.js',
    '/-/malformed',
    '/assets/',
    '/assets/main.tsx',
    '/assets/api.test.js',
    '/assets/tsconfig.json',
    '/contract/redisKeys.js',
    '/assets/index.js.map',
    '/index.html/',
    '/server-status',
  ].map((path): Row => [path, at(path), '404 probe', '404 probe', '404 probe']),
]

checkRows({ 'for an odd target': TARGETS, 'with an odd method': METHODS, 'for an odd path': PATHS })
