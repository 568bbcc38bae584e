import { useCallback, useEffect, useRef, useState } from "react";
import { api } from "#lib/api.ts";
import { listenTo } from "#lib/live.ts";
import type { Problem } from "#lib/problem.ts";
import { EMPTY_STREAM, type Stream, takeEvent, takeStored } from "./output-stream.ts";

/** Without the stream, and for a message that was lost. */
const POLL_MS = 3000;

export type Followed = { stream: Stream; isRead: boolean; error: Problem | null; retry: () => void };

/**
 * What an attempt printed, for a component that shows this one attempt only: read from where it is stored, and while it runs followed by events. What an event does not
 * continue is read again from where this reader stands, so nothing is missed and nothing comes twice.
 */
export function useOutput(taskId: string, attemptId: string, isRunning: boolean): Followed {
  const [stream, setStream] = useState(EMPTY_STREAM);
  const [isRead, setRead] = useState(false);
  const [error, setError] = useState<Problem | null>(null);
  const current = useRef(EMPTY_STREAM);
  const reading = useRef<{ again: boolean } | null>(null);

  const show = useCallback((next: Stream) => {
    current.current = next;
    setStream(next);
  }, []);

  /** One read at a time; one that is asked for meanwhile follows it. */
  const read = useCallback(async () => {
    if (reading.current) {
      reading.current.again = true;
      return;
    }
    const turn = { again: false };
    reading.current = turn;
    try {
      const from = current.current.next;
      const stored = await api.tasks.output.query({ id: taskId, attempt_id: attemptId, from });
      if (reading.current !== turn) return;
      // Events that came meanwhile may have brought a part of it.
      if (current.current.next === from) show(takeStored(current.current, stored));
      else turn.again ||= stored.next > current.current.next;
      setRead(true);
      setError(null);
    } catch (thrown) {
      if (reading.current === turn) setError(thrown as Problem);
    }
    if (reading.current !== turn) return;
    reading.current = null;
    if (turn.again) void read();
  }, [taskId, attemptId, show]);

  useEffect(() => {
    void read();
    if (!isRunning) return;
    const stop = listenTo([`task:${taskId}`], {
      connected: () => void read(),
      event({ event, payload }) {
        if (event !== "task:progress" || payload?.attempt_id !== attemptId) return;
        const taken = takeEvent(current.current, payload);
        show(taken.stream);
        if (taken.behind) void read();
      },
      lost: () => undefined,
    });
    const poll = setInterval(() => void read(), POLL_MS);
    return () => {
      stop();
      clearInterval(poll);
    };
  }, [taskId, attemptId, isRunning, read, show]);

  return { stream, isRead, error, retry: () => void read() };
}
