import Router from "next/router";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { Dialog, DialogActions } from "#components/ui/dialog.tsx";
import { isSamePlace } from "#lib/same-place.ts";

type Guard = {
  /** Goes at once, or once it was said that what was typed may be lost: closing a sheet, leaving a form. */
  ask: (go: () => void) => void;
  /** The question; to be put inside of what may be left. */
  question: ReactNode;
};

const STAYS = new Error("The page is not left: something in it is not stored.");

/**
 * Keeps what was typed and not stored from being lost by a click: asks before another page is opened, before the browser
 * goes back, and has the browser ask before the window is closed. `what` begins a sentence: "The configuration". Where
 * it stands in a sheet, `parameter` is the one of the address that holds the sheet open: back closes it too.
 */
export function useLeaveGuard(isChanged: boolean, what: string, parameter?: string): Guard {
  const [going, setGoing] = useState<{ go: () => void } | null>(null);
  const isAllowed = useRef(false);

  useEffect(() => {
    if (!isChanged) return;
    isAllowed.current = false;
    const leaveBy = (move: () => void) => () => {
      isAllowed.current = true;
      move();
    };
    const onRoute = (address: string, { shallow }: { shallow: boolean }) => {
      // What closes a sheet has asked itself.
      if (isAllowed.current || isSamePlace(address, Router.asPath)) return;
      setGoing({ go: leaveBy(() => void Router.push(address)) });
      // The router has no other way to be told no; it answers the push that asked with this.
      Router.events.emit("routeChangeError", STAYS, address, { shallow });
      throw STAYS;
    };
    const onRejection = (event: PromiseRejectionEvent) => {
      if (event.reason === STAYS) event.preventDefault();
    };
    const onUnload = (event: BeforeUnloadEvent) => event.preventDefault();
    Router.events.on("routeChangeStart", onRoute);
    // Back and forward have changed the address already: it is put back while it is asked, as an entry of its own that
    // the router can read. Its own push would replace the one that was gone to, and Back would then leave the site.
    Router.beforePopState(({ as }) => {
      if (isAllowed.current || isSamePlace(as, Router.asPath, parameter)) return true;
      const here = { url: Router.asPath, as: Router.asPath, options: { shallow: true, scroll: false } };
      history.pushState({ ...here, key: String(Date.now()), __N: true }, "", Router.asPath);
      setGoing({ go: leaveBy(() => history.back()) });
      return false;
    });
    addEventListener("unhandledrejection", onRejection);
    addEventListener("beforeunload", onUnload);
    return () => {
      Router.events.off("routeChangeStart", onRoute);
      Router.beforePopState(() => true);
      removeEventListener("unhandledrejection", onRejection);
      removeEventListener("beforeunload", onUnload);
    };
  }, [isChanged, parameter]);

  return {
    ask: (go) => (isChanged ? setGoing({ go }) : go()),
    question: going && (
      <Dialog
        title="Leave without storing?"
        description={`${what} has changes that are not stored. They are lost when you leave.`}
        focusFirst="[data-stay]"
        close={() => setGoing(null)}
      >
        <DialogActions>
          <Button look="primary" data-stay onClick={() => setGoing(null)}>
            Stay
          </Button>
          <Button
            look="danger"
            onClick={() => {
              setGoing(null);
              going.go();
            }}
          >
            Leave
          </Button>
        </DialogActions>
      </Dialog>
    ),
  };
}
