import { useQuery } from "@tanstack/react-query";
import { Eye } from "lucide-react";
import { useEffect } from "react";
import { api } from "#lib/api.ts";

/** A look that is not renewed is over after 20 s. */
const RENEW_MS = 10_000;

/** Notes that this revision is before somebody's eyes, and says who else looks at the task right now. */
export function Lookers({ taskId, revision }: { taskId: string; revision: number }) {
  const others = useQuery({
    queryKey: ["presence", taskId, revision],
    queryFn: () => api.views.look.mutate({ id: taskId, revision }),
    refetchInterval: RENEW_MS,
    retry: false,
  }).data?.others_looking;
  useEffect(() => {
    const leave = () =>
      void api.views.look.mutate({ id: taskId, revision, leaving: true }).catch(() => undefined);
    return leave;
  }, [taskId, revision]);
  const names = others?.map(({ name }) => name) ?? [];
  return (
    <span aria-live="polite" className="inline-flex min-w-0 items-center">
      {names.length > 0 && (
        <span className="rise inline-flex min-w-0 items-center gap-1.5 text-accent">
          <Eye size={13} aria-hidden className="shrink-0" />
          <span className="truncate">
            {names.length > 2
              ? `${names[0]} and ${names.length - 1} others are looking`
              : `${names.join(" and ")} ${names.length === 1 ? "is" : "are"} looking`}
          </span>
        </span>
      )}
    </span>
  );
}
