import type { CommentEntry } from "@ade/core/tasks/schema";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { Ago } from "#components/ui/time.tsx";
import { toastProblem } from "#components/ui/toast.ts";
import { api } from "#lib/api.ts";
import { useKeys } from "#lib/keys.ts";
import { onDemand } from "#lib/on-demand.tsx";

const Markdown = onDemand(() => import("./markdown.tsx").then((file) => file.Markdown));

type Props = { taskId: string; comments: readonly CommentEntry[]; canComment: boolean };

/** What people said, in Markdown, and a place to answer. */
export function Comments({ taskId, comments, canComment }: Props) {
  const client = useQueryClient();
  const [body, setBody] = useState("");
  const field = useRef<HTMLTextAreaElement>(null);
  const send = useMutation({
    mutationFn: () => api.tasks.comment.mutate({ id: taskId, body }),
    onSuccess: () => {
      setBody("");
      return client.invalidateQueries({ queryKey: ["task", taskId] });
    },
    onError: (error) => toastProblem("The comment was not stored", error),
  });
  useKeys({ comment: () => (field.current ? field.current.focus() : false) });
  return (
    <div className="flex flex-col gap-3">
      {comments.map((comment) => (
        <article key={comment.id} className="rounded-lg border border-line bg-surface px-3 py-2">
          <header className="mb-1 flex items-baseline gap-2">
            <span className="font-medium">{comment.author_name}</span>
            <Ago at={comment.created_at} className="text-xs text-ink-3" />
          </header>
          <Markdown text={comment.body} />
        </article>
      ))}
      {canComment ? (
        <form
          className="no-print flex flex-col gap-2"
          onSubmit={(event) => {
            event.preventDefault();
            if (body.trim()) send.mutate();
          }}
        >
          <textarea
            ref={field}
            rows={2}
            value={body}
            aria-label="Write a comment"
            placeholder="Write a comment; Markdown works"
            onChange={(event) => setBody(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === "Enter" && (event.metaKey || event.ctrlKey) && body.trim()) send.mutate();
            }}
            className="field"
          />
          <Button type="submit" acts busy={send.isPending} disabled={!body.trim()} className="self-end">
            Comment
          </Button>
        </form>
      ) : (
        comments.length === 0 && (
          <p className="text-ink-3">No comments. They open once the task is submitted.</p>
        )
      )}
    </div>
  );
}
