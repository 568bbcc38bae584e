import { useRouter } from "next/router";
import { useEffect } from "react";

/** The inbox is the front page. The proxy redirects addresses typed in; this is for links inside. */
export default function Home() {
  const router = useRouter();
  useEffect(() => void router.replace("/approvals"), [router]);
  return null;
}
