import { describe, expect, test } from "vitest";
import { isPublic, parseAllowList, reach, Unreachable } from "./reach.ts";

const answers =
  (...addresses: string[]) =>
  async () =>
    addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
const go = (url: string, resolve = answers("93.184.216.34"), allow = "") =>
  reach(new URL(url), { allow: parseAllowList(allow), resolve });

describe("where messages may go", () => {
  test.each([
    ...[
      "127.0.0.1",
      "10.1.2.3",
      "172.16.0.1",
      "172.31.255.255",
      "192.168.1.1",
      "169.254.169.254",
      "100.64.0.1",
    ],
    ...[
      "0.0.0.0",
      "224.0.0.1",
      "255.255.255.255",
      "198.18.0.1",
      "::1",
      "::",
      "fe80::1",
      "fc00::1",
      "fd12::1",
    ],
    ...[
      "::ffff:127.0.0.1",
      "::ffff:10.0.0.1",
      "64:ff9b::7f00:1",
      "2002:7f00:1::",
      "2001::1",
      "2001:db8::1",
      "ff02::1",
    ],
  ])("is not %s", (address) => {
    expect(isPublic(address)).toBe(false);
  });
  test.each(["93.184.216.34", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00:1450:4001::200e"])(
    "is %s",
    (address) => {
      expect(isPublic(address)).toBe(true);
    },
  );

  test("is the address that was checked", async () => {
    expect(await go("https://hooks.example.org/x")).toEqual({ address: "93.184.216.34", family: 4 });
  });
  test.each([
    ["a name that leads inside", "https://rebind.example.org", answers("10.0.0.7")],
    [
      "a name of which one address leads inside",
      "https://both.example.org",
      answers("93.184.216.34", "127.0.0.1"),
    ],
    ["a number that is an address", "https://2130706433/", answers()],
    ["an octal address", "https://0177.0.0.1/", answers()],
    ["this machine in brackets", "https://[::1]:8080/", answers()],
    ["a mapped address", "https://[::ffff:127.0.0.1]/", answers()],
    ["plain http", "http://hooks.example.org/x", answers("93.184.216.34")],
    ["a password in the address", "https://me:secret@hooks.example.org", answers("93.184.216.34")],
    [
      "a name that nobody knows",
      "https://nowhere.example.org",
      async () => Promise.reject(new Error("ENOTFOUND")),
    ],
    ["a name without addresses", "https://empty.example.org", answers()],
  ])("is not %s", async (_what, url, resolve) => {
    await expect(go(url, resolve)).rejects.toBeInstanceOf(Unreachable);
  });
  test.each(["127.0.0.1", "169.254.169.254", "0.0.0.0", "::1", "::ffff:127.0.0.1", "fe80::1", "224.0.0.1"])(
    "is not %s behind an allowed name, but what is allowed itself",
    async (address) => {
      const [url, resolve] = ["http://api.local/x", answers(address)];
      await expect(go(url, resolve, "api.local:80")).rejects.toBeInstanceOf(Unreachable);
      expect(await go(url, resolve, `api.local:80,${address}:80`)).toMatchObject({ address });
    },
  );
  test.each([
    "64:ff9b::7f00:1",
    "64:ff9b::169.254.169.254",
    "64:ff9b:1::a9fe:a9fe",
    "64:ff9b:1:7f00:0:100::",
    "64:ff9b:1:0:7f:0:100:0",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "fd00:ec2::254",
    "fd00:ec2::23",
    "fd20:ce::254",
    "100.100.100.200",
    "168.63.129.16",
    "::ffff:100.100.100.200",
    "fe80::1%eth0",
  ])(
    "is not %s behind an allowed name either, by which gateways and clouds mean something near",
    async (address) => {
      const [url, resolve] = ["http://api.local/x", answers(address)];
      await expect(go(url, resolve, "api.local:80")).rejects.toBeInstanceOf(Unreachable);
    },
  );
  test.each([
    "64:ff9b::10.0.0.7",
    "64:ff9b::5db8:d822",
    "64:ff9b:1::10.0.0.7",
    "64:ff9b:1:a00:0:700::",
    "2002:5db8:d822::1",
    "fd12::7",
    "10.0.0.7",
    "fd00:ec3::254",
  ])("is %s behind an allowed name, which is no nearer than others", async (address) => {
    expect(await go("http://api.local/x", answers(address), "api.local:80")).toMatchObject({ address });
  });
  test.each(["[::1]:8080", "::1:8080", "[0:0:0:0:0:0:0:1]:8080", " [::0001]:8080"])(
    "is %s, as it stands in the allow-list",
    async (place) => {
      expect(await go("http://[::1]:8080/", answers(), place)).toEqual({ address: "::1", family: 6 });
      expect(await go("http://localhost:8080/", answers("::1"), `localhost:8080,${place}`)).toMatchObject({
        address: "::1",
      });
    },
  );
  test("is not the credentials of a cloud at a public address", () => {
    expect(isPublic("168.63.129.16")).toBe(false);
  });
  test("is what the allow-list names, by host and port, and no other port of it", async () => {
    expect(await go("http://127.0.0.1:8065/x", answers(), "chat.local:443, 127.0.0.1:8065")).toEqual({
      address: "127.0.0.1",
      family: 4,
    });
    expect(await go("https://chat.local/x", answers("10.0.0.7"), "chat.local:443")).toMatchObject({
      address: "10.0.0.7",
    });
    await expect(go("http://127.0.0.1:8066/x", answers(), "127.0.0.1:8065")).rejects.toBeInstanceOf(
      Unreachable,
    );
  });
});
