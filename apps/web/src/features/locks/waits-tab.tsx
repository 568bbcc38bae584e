import type { LockGraph } from "@ade/core/locks/schema";
import type { UseQueryResult } from "@tanstack/react-query";
import { Handshake, List, Network } from "lucide-react";
import { useMemo } from "react";
import { Button } from "#components/ui/button.tsx";
import { Resolved } from "#components/ui/resolved.tsx";
import { PageState } from "#components/ui/states.tsx";
import { useKeys } from "#lib/keys.ts";
import { useMedia } from "#lib/media.ts";
import type { useUrlState } from "#lib/url-state.ts";
import { CycleNotice } from "./cycle-notice.tsx";
import { FreshDeadlock, useFreshDeadlock } from "./fresh-deadlock.tsx";
import { GraphPicture } from "./graph-picture.tsx";
import { StoreAway } from "./store-away.tsx";
import type { Names } from "./use-names.ts";
import { pictureOf, victimOf } from "./wait-graph.ts";
import { WaitsList } from "./waits-list.tsx";

type Props = {
  url: ReturnType<typeof useUrlState>;
  graph: UseQueryResult<LockGraph>;
  names: Names;
  isStoreAway: boolean;
  openKey: string;
  onOpen: (key: string) => void;
};

/** Who waits for whom, as a picture and as a list of the same. */
export function WaitsTab({ url, graph, names, isStoreAway, openKey, onOpen }: Props) {
  const isPhone = useMedia("(max-width: 40rem)");
  const fresh = useFreshDeadlock();
  const victim = fresh && victimOf(fresh);
  const chosen = url.text("as");
  const isPicture = chosen ? chosen === "picture" : !isPhone;
  const show = (as: "picture" | "list") => url.set({ as });
  useKeys({ toggle_picture: () => show(isPicture ? "list" : "picture") });
  return (
    <section
      id="content"
      tabIndex={-1}
      aria-label="Who waits for whom"
      className="@container flex min-h-0 flex-1 flex-col outline-none!"
    >
      <div className="flex shrink-0 flex-wrap items-center gap-x-4 gap-y-1 border-b border-line bg-surface px-4 py-1.5">
        <fieldset aria-label="Shown as" className="flex gap-0.5 rounded-md bg-sunken p-0.5">
          <ShownAs isOn={isPicture} onClick={() => show("picture")}>
            <Network size={13} aria-hidden /> Picture
          </ShownAs>
          <ShownAs isOn={!isPicture} onClick={() => show("list")}>
            <List size={13} aria-hidden /> List
          </ShownAs>
        </fieldset>
        <p className="num text-xs text-ink-2">{graph.data ? summary(graph.data) : " "}</p>
      </div>
      {fresh && <FreshDeadlock deadlock={fresh} names={names} />}
      <Resolved query={graph} what="Who waits for whom" {...(isStoreAway && { loading: <StoreAway /> })}>
        {(data) =>
          data.keys.length === 0 ? (
            <PageState icon={Handshake} title="Nobody waits">
              Whoever asked for a lock has it. As soon as somebody has to wait, it is drawn here: who waits,
              for what, and who holds that.
            </PageState>
          ) : (
            <>
              <CycleNotice graph={data} names={names} />
              {isPicture ? (
                <Picture graph={data} victim={victim} names={names} openKey={openKey} onOpen={onOpen} />
              ) : (
                <WaitsList graph={data} victim={victim} names={names} openKey={openKey} onOpen={onOpen} />
              )}
            </>
          )
        }
      </Resolved>
    </section>
  );
}

type PictureProps = { graph: LockGraph; victim: string | null } & Pick<Props, "names" | "openKey" | "onOpen">;

function Picture({ graph, victim, names, openKey, onOpen }: PictureProps) {
  const picture = useMemo(() => pictureOf(graph), [graph]);
  return (
    <>
      <GraphPicture picture={picture} victim={victim} names={names} openKey={openKey} onOpen={onOpen} />
      {(picture.left_out > 0 || graph.is_cut) && (
        <p className="shrink-0 border-t border-line bg-surface px-4 py-1.5 text-xs text-ink-3">
          {picture.left_out > 0
            ? `${picture.left_out} more keys with shorter queues are not drawn; the list has them.`
            : "There is more contention than one answer holds; the rest is in the queues of the held locks."}
        </p>
      )}
    </>
  );
}

function ShownAs(props: { isOn: boolean; onClick: () => void; children: React.ReactNode }) {
  return (
    <Button
      size="small"
      look="quiet"
      aria-pressed={props.isOn}
      onClick={props.onClick}
      className="aria-pressed:bg-surface! aria-pressed:text-ink! aria-pressed:shadow-control max-sm:h-8"
    >
      {props.children}
    </Button>
  );
}

function summary({ keys, is_cut }: LockGraph): string {
  const waiting = keys.reduce((sum, key) => sum + key.queue_length, 0);
  const more = is_cut ? " or more" : "";
  return `${waiting.toLocaleString("en")}${more} waiting for ${keys.length}${more} ${keys.length === 1 ? "key" : "keys"}`;
}
