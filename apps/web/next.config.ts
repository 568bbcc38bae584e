import type { NextConfig } from "next";

/**
 * Next's own client code, which its entry takes as CommonJS. The same files lie beside it as modules; of those webpack
 * leaves out what nothing uses: 16 kB of the first script.
 */
const FRAMEWORK = /\/next\/dist\/(client|shared|lib|pages)\//;

/**
 * The dashboard stands behind the API's front door, which compresses, adds the other security headers and serves
 * `/_next/static` itself. Types are checked by `tsc`: TypeScript 7 is native and has no JavaScript API for Next.
 *
 * Pages router and webpack on purpose, by measurement: an empty page costs 111 kB of compressed script here, 133 kB
 * with the app router, of the 140 kB that the inbox may have; all data comes from tRPC, so nothing is lost.
 */
const config: NextConfig = {
  transpilePackages: ["@ade/api", "@ade/core"],
  typescript: { ignoreBuildErrors: true },
  poweredByHeader: false,
  compress: false,
  reactStrictMode: true,
  devIndicators: false,
  redirects: async () => [{ source: "/", destination: "/approvals", permanent: false }],
  // Which files each page needs is asked by who copies them elsewhere. They are served from here, and to find them out
  // takes as long as the rest of a build.
  outputFileTracingExcludes: { "*": ["**/*"] },
  experimental: { clientRouterFilter: false },
  webpack: (webpack, { isServer, dev, webpack: { NormalModuleReplacementPlugin } }) => {
    if (!isServer && !dev) {
      webpack.plugins.push(
        new NormalModuleReplacementPlugin(
          FRAMEWORK,
          ({ createData }: { createData?: { resource?: string } }) => {
            if (createData?.resource) {
              createData.resource = createData.resource.replace(FRAMEWORK, "/next/dist/esm/$1/");
            }
          },
        ),
      );
    }
    return webpack;
  },
};

export default config;
