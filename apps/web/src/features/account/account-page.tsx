import { useEffect, useState } from "react";
import { PageBar } from "#components/shell/page-bar.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Button } from "#components/ui/button.tsx";
import { Facts, Part } from "#features/task/facts.tsx";
import { setSingleKeysOff, singleKeysOff } from "#lib/keys.ts";
import { signOut, useMe } from "#lib/session.ts";
import { setTheme, type Theme, useTheme } from "#lib/theme.ts";
import { ApiKeys } from "./api-keys.tsx";
import { NotifySettings } from "./notify-settings.tsx";

export function AccountPage() {
  const me = useMe();
  const theme = useTheme();
  const [off, setOff] = useState(false);
  useEffect(() => setOff(singleKeysOff()), []);
  return (
    <>
      <PageBar title="Account">
        <Button onClick={() => void signOut()}>Sign out</Button>
      </PageBar>
      <div className="min-h-0 flex-1 overflow-y-auto">
        <div className="mx-auto flex max-w-3xl flex-col gap-8 px-4 py-6">
          <Part title="You">
            {me && (
              <Facts
                facts={[
                  ["Name", me.name],
                  ["Address", me.email ?? "none"],
                  [
                    "Roles",
                    <span key="roles" className="flex flex-wrap gap-1">
                      {me.roles.length === 0 && "none"}
                      {me.roles.map((role) => (
                        <Badge key={role}>{role}</Badge>
                      ))}
                    </span>,
                  ],
                  ["Groups", me.groups.join(", ") || "none"],
                ]}
              />
            )}
          </Part>
          <Part title="This browser">
            <label className="flex items-center gap-3">
              <span className="w-40 text-ink-2">Theme</span>
              <select
                className="field w-48!"
                value={theme}
                onChange={(event) => setTheme(event.target.value as Theme)}
              >
                <option value="light">Light</option>
                <option value="dark">Dark</option>
                <option value="system">As the system</option>
              </select>
            </label>
            <label className="flex min-h-7 items-center gap-3">
              <span className="w-40 text-ink-2">Keys of a single letter</span>
              <input
                type="checkbox"
                checked={!off}
                className="size-4 accent-accent"
                onChange={(event) => {
                  setOff(!event.target.checked);
                  setSingleKeysOff(!event.target.checked);
                }}
              />
            </label>
          </Part>
          {me && <NotifySettings />}
          {me && <ApiKeys />}
        </div>
      </div>
    </>
  );
}
