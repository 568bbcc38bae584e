import { KeyRound, LogOut, Monitor, Moon, Sun } from "lucide-react";
import { useRouter } from "next/router";
import { Menu, MenuChoice, MenuItem, MenuLine } from "#components/ui/menu.tsx";
import { signOut } from "#lib/session.ts";
import { setTheme, useTheme } from "#lib/theme.ts";

const THEMES = [
  { value: "light", label: "Light", icon: <Sun size={14} aria-hidden /> },
  { value: "dark", label: "Dark", icon: <Moon size={14} aria-hidden /> },
  { value: "system", label: "As the system", icon: <Monitor size={14} aria-hidden /> },
] as const;

type Props = { anchor: HTMLElement; open: boolean; setOpen: (open: boolean) => void };

export function AccountMenu({ anchor, open, setOpen }: Props) {
  const router = useRouter();
  const theme = useTheme();
  return (
    <Menu anchor={anchor} open={open} setOpen={setOpen} side="top">
      <MenuItem icon={<KeyRound size={14} aria-hidden />} onSelect={() => void router.push("/account")}>
        Account and API keys
      </MenuItem>
      <MenuLine />
      <MenuChoice label="Theme" value={theme} options={THEMES} onChange={setTheme} />
      <MenuLine />
      <MenuItem icon={<LogOut size={14} aria-hidden />} onSelect={() => void signOut()}>
        Sign out
      </MenuItem>
    </Menu>
  );
}
