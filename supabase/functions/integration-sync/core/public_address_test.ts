import assert from "node:assert/strict";
import { isPublicAddress } from "./public_address.ts";

const ofTheInternet = [
  "1.1.1.1",
  "9.255.255.255",
  "11.0.0.0",
  "100.63.255.255",
  "100.128.0.0",
  "172.15.255.255",
  "172.32.0.0",
  "192.167.255.255",
  "198.20.0.0",
  "223.255.255.255",
  "2606:4700::6810:84e5",
  "2A00:1450:4001:82F::200E",
  "64:ff9b::101:101",
];
const ofNetworks = [
  "0.0.0.0",
  "10.1.2.3",
  "100.64.0.1",
  "127.0.0.1",
  "127.255.255.254",
  "169.254.169.254",
  "172.16.0.1",
  "172.31.255.255",
  "192.0.0.170",
  "192.168.1.1",
  "198.19.255.255",
  "224.0.0.1",
  "255.255.255.255",
  "::",
  "::1",
  "fd00:ec2::254",
  "fe80::1",
  "ff02::1",
  "2001::1",
  "2001:db8::1",
  "2002:a9fe:a9fe::1",
  "::ffff:10.0.0.1",
  "::ffff:a00:1",
  "::ffff:101:101",
  "64:ff9b::a9fe:a9fe",
  "64:ff9b:1::101:101",
];
const noAddresses = [
  "",
  "example.com",
  "1.2.3",
  "1.2.3.4.5",
  "256.1.1.1",
  "1.2.3.-4",
  "2606::1::1",
  "2606:1",
  "2606::g",
  "1:2:3:4:5:6:7:8:9",
];

for (
  const [addresses, expected] of [[ofTheInternet, true], [ofNetworks, false], [noAddresses, false]] as const
) {
  for (const address of addresses) {
    Deno.test(`isPublicAddress says ${expected} of ${JSON.stringify(address)}`, () => {
      assert.equal(isPublicAddress(address), expected);
    });
  }
}
