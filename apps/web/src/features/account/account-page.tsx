import { PageBar } from "#components/shell/page-bar.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Button } from "#components/ui/button.tsx";
import { Facts, Part } from "#features/task/facts.tsx";
import { signOut, useMe } from "#lib/session.ts";
import { setTheme, type Theme, useTheme } from "#lib/theme.ts";
import { ApiKeys } from "./api-keys.tsx";
import { NotifySettings } from "./notify-settings.tsx";
import { Shortcuts } from "./shortcuts.tsx";

export function AccountPage() {
  const me = useMe();
  const theme = useTheme();
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
          </Part>
          {me && <NotifySettings />}
          {me && <Shortcuts />}
          {me && <ApiKeys />}
        </div>
      </div>
    </>
  );
}
