import { lookup } from "node:dns/promises";
import { BlockList, isIP } from "node:net";

/** An address that may be connected to. */
export type Reached = { readonly address: string; readonly family: 4 | 6 };

export type ReachRules = {
  /** `host:port` that may be reached although they are inside or speak plain http (ADE_HTTP_ALLOW). */
  readonly allow: ReadonlySet<string>;
  readonly resolve: (host: string) => Promise<readonly { address: string; family: number }[]>;
};

/** Why a target is refused, in words without its address. */
export class Unreachable extends Error {}

const IN_IPV4 = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
] as const;
/** Inside 2000::/3, the only part of IPv6 that is public: Teredo, documentation, and 6to4, which carries IPv4. */
const IN_IPV6 = [
  ["2001::", 32],
  ["2001:db8::", 32],
  ["2002::", 16],
] as const;

const inside = new BlockList();
for (const [net, bits] of IN_IPV4) inside.addSubnet(net, bits, "ipv4");
for (const [net, bits] of IN_IPV6) inside.addSubnet(net, bits, "ipv6");
const global6 = new BlockList();
global6.addSubnet("2000::", 3, "ipv6");

/** Where clouds keep credentials, at addresses that look like any others. */
const CREDENTIALS_IPV4 = ["100.100.100.200", "168.63.129.16"];
const CREDENTIALS_IPV6 = [
  ["fd00:ec2::", 32],
  ["fd20:ce::254", 128],
  ["fd00:c1::a9fe:a9fe", 128],
] as const;
for (const address of CREDENTIALS_IPV4) inside.addAddress(address, "ipv4");

/** What no name may lead to: this machine, its link, the credentials of clouds, nobody and everybody. */
const near = new BlockList();
for (const [net, bits] of [
  ["0.0.0.0", 8],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["224.0.0.0", 3],
] as const)
  near.addSubnet(net, bits, "ipv4");
for (const address of CREDENTIALS_IPV4) near.addAddress(address, "ipv4");
for (const [net, bits] of [["::", 96], ["fe80::", 10], ["ff00::", 8], ...CREDENTIALS_IPV6] as const)
  near.addSubnet(net, bits, "ipv6");

/** The eight groups of an IPv6 address, in whatever notation. */
function groupsOf(address: string): number[] {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  const [, before = address, ...four] = dotted ?? [];
  const [a = 0, b = 0, c = 0, d = 0] = four.map(Number);
  const text = dotted ? `${before}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}` : before;
  const [head = "", tail] = text.split("::");
  const read = (part: string) =>
    part
      .split(":")
      .filter(Boolean)
      .map((group) => Number.parseInt(group, 16));
  const [first, last] = [read(head), read(tail ?? "")];
  return [...first, ...Array<number>(8 - first.length - last.length).fill(0), ...last];
}

const dotted = (high: number, low: number): string => [high >> 8, high & 255, low >> 8, low & 255].join(".");

/**
 * IPv4 addresses that a gateway may connect to for an IPv6 one: 6to4 (RFC 3056), and NAT64's well-known and local
 * prefixes (RFC 6052, RFC 8215), of which the local one may be of any length from 48.
 */
function carriedBy(address: string): string[] {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = groupsOf(address);
  if (a === 0x2002) return [dotted(b, c)];
  if (a !== 0x64 || b !== 0xff9b || c > 1) return [];
  const inside48 = dotted(d, ((e & 255) << 8) | (f >> 8));
  const inside56 = dotted(((d & 255) << 8) | (e & 255), f);
  const inside64 = dotted(((e & 255) << 8) | (f >> 8), ((f & 255) << 8) | (g >> 8));
  if (c === 0) return [dotted(g, h)];
  // What begins with 0 is what a shorter prefix reads in the zeros of a longer one: no gateway connects there.
  return [dotted(g, h), inside48, inside56, inside64].filter((each) => !each.startsWith("0."));
}

/** A BlockList reads `::ffff:127.0.0.1` as the IPv4 address that it is; what else carries one is judged by that. */
function isNear(address: string): boolean {
  if (isIP(address) === 4) return near.check(address, "ipv4");
  const [bare = address] = address.split("%");
  return near.check(bare, "ipv6") || carriedBy(bare).some((each) => near.check(each, "ipv4"));
}

/** True for an address of the internet; false for this machine, private networks and everything reserved. */
export function isPublic(address: string): boolean {
  if (isIP(address) === 4) return !inside.check(address, "ipv4");
  return isIP(address) === 6 && global6.check(address, "ipv6") && !inside.check(address, "ipv6");
}

/** `host:port` as the allow-list writes it. */
export function placeOf(url: URL): string {
  return `${bare(url.hostname)}:${url.port || (url.protocol === "https:" ? "443" : "80")}`;
}

/** ADE_HTTP_ALLOW as `placeOf` writes places: an IPv6 address with brackets or without, in any notation. */
export function parseAllowList(text: string): Set<string> {
  return new Set(
    text
      .split(",")
      .map((place) => place.trim().toLowerCase())
      .filter(Boolean)
      .map((place) => {
        const port = place.lastIndexOf(":");
        return port < 0 ? place : canonical(bare(place.slice(0, port))) + place.slice(port);
      }),
  );
}

/** An address as a URL spells it, so that one address has one spelling. */
const canonical = (host: string): string =>
  isIP(host) === 6 && !host.includes("%") ? bare(new URL(`http://[${host}]`).hostname) : host;

export const resolveByDns: ReachRules["resolve"] = (host) => lookup(host, { all: true });

/**
 * The address to connect to for this URL. Every address that its name resolves to must be public, unless the place is
 * allowed by name: then it may lie in a private network, but lead to this machine or to link-local addresses only where
 * that address is allowed itself (or the name is localhost). And who connects must connect to the answer, or the name could resolve to another one meanwhile.
 * Throws Unreachable.
 */
export async function reach(url: URL, rules: ReachRules): Promise<Reached> {
  const isAllowed = rules.allow.has(placeOf(url));
  if (url.username || url.password) throw new Unreachable("The address must not hold a password.");
  if (url.protocol !== "https:" && !isAllowed) {
    throw new Unreachable("Only https is used, unless host and port stand in ADE_HTTP_ALLOW.");
  }
  const host = bare(url.hostname);
  const family = isIP(host);
  const found = family
    ? [{ address: host, family }]
    : await rules.resolve(host).catch(() => {
        throw new Unreachable("The name of its host is not known.");
      });
  const [first] = found;
  if (!first) throw new Unreachable("The name of its host is not known.");
  const port = placeOf(url).slice(placeOf(url).lastIndexOf(":"));
  const isOwn = ({ address }: { address: string }) =>
    address === host || rules.allow.has(canonical(address) + port) || host === "localhost";
  if (isAllowed && found.some((each) => isNear(each.address) && !isOwn(each))) {
    throw new Unreachable(
      "Its name leads to this machine or its link, which only ADE_HTTP_ALLOW's own address may.",
    );
  }
  if (!isAllowed && !found.every(({ address }) => isPublic(address))) {
    throw new Unreachable(
      "It leads into a private network, which is refused unless ADE_HTTP_ALLOW names host and port.",
    );
  }
  return { address: first.address, family: first.family === 6 ? 6 : 4 };
}

/** An IPv6 host stands in brackets in a URL. */
function bare(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, "").toLowerCase();
}
