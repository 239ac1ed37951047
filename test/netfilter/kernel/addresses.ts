/** What random rules and packets name: the addresses of the router of lab.py and of its peers, and some ports. */
export const addresses = {
  ip: [
    '10.1.0.2',
    '10.1.0.1',
    '10.2.0.2',
    '10.2.0.1',
    '10.3.0.11',
    '10.3.0.12',
    '10.3.0.1',
    '10.20.0.5',
    '198.51.100.7',
  ],
  ip6: [
    'fd00:1::2',
    'fd00:1::1',
    'fd00:2::2',
    'fd00:2::1',
    'fd00:3::11',
    'fd00:3::12',
    'fd00:3::1',
    'fd00:20::5',
    '2001:db8::7',
  ],
} as const;

export const ports = [22, 53, 80, 443, 1000, 2000, 8080] as const;
