import type { CatalogueTool, CatalogueValue } from "./schema.ts";

const tool = (
  name: string,
  title: string,
  description: string,
  group: string,
  risk: CatalogueTool["risk"],
): CatalogueTool => ({ name, title, description, group, risk });

/** What ships, until an admin keeps another: names that teams know, none of which we call ourselves. */
export const DEFAULT_CATALOGUE: CatalogueValue = {
  providers: [
    {
      name: "Anthropic",
      models: [
        { name: "claude-opus", context_window: 200_000 },
        { name: "claude-sonnet", context_window: 200_000 },
        { name: "claude-haiku", context_window: 200_000 },
      ],
    },
    {
      name: "OpenAI",
      models: [
        { name: "gpt-5", context_window: 400_000 },
        { name: "gpt-5-mini", context_window: 400_000 },
        { name: "gpt-5-codex", context_window: 400_000 },
      ],
    },
    {
      name: "Google",
      models: [
        { name: "gemini-pro", context_window: 1_000_000 },
        { name: "gemini-flash", context_window: 1_000_000 },
      ],
    },
    {
      name: "Mistral",
      models: [
        { name: "mistral-large", context_window: 128_000 },
        { name: "devstral", context_window: 128_000 },
      ],
    },
    {
      name: "Self-hosted",
      models: [
        { name: "llama", context_window: 128_000 },
        { name: "qwen-coder", context_window: 128_000 },
        { name: "deepseek", context_window: 128_000 },
      ],
    },
  ],
  tools: [
    tool("read_file", "Read files", "Reads files of the workspace.", "Files", "low"),
    tool("list_files", "List files", "Lists folders of the workspace.", "Files", "low"),
    tool("search", "Search", "Searches text in the workspace.", "Files", "low"),
    tool("edit_file", "Edit files", "Changes files of the workspace.", "Files", "medium"),
    tool("create_file", "Create files", "Adds files to the workspace.", "Files", "medium"),
    tool("move_file", "Move files", "Renames and moves files.", "Files", "medium"),
    tool("delete_file", "Delete files", "Deletes files of the workspace.", "Files", "high"),
    tool("run_command", "Run commands", "Runs a program or a shell on the machine.", "Execution", "high"),
    tool("run_tests", "Run tests", "Runs the project's own tests.", "Execution", "medium"),
    tool(
      "install_package",
      "Install packages",
      "Adds dependencies, and runs their scripts.",
      "Execution",
      "high",
    ),
    tool("fetch", "Fetch pages", "Reads from an address of the network.", "Network", "medium"),
    tool("web_search", "Search the web", "Sends what it looks for to a search engine.", "Network", "medium"),
    tool("http_request", "Send requests", "Sends data to an address of the network.", "Network", "high"),
    tool("git_status", "Look at changes", "Reads status, log and differences.", "Version control", "low"),
    tool("git_commit", "Commit", "Writes a commit to the local repository.", "Version control", "medium"),
    tool("git_push", "Push", "Sends commits to where others work on them.", "Version control", "high"),
    tool(
      "open_pull_request",
      "Open pull requests",
      "Proposes a branch to its reviewers.",
      "Version control",
      "medium",
    ),
    tool(
      "merge_pull_request",
      "Merge pull requests",
      "Brings a branch into the main line.",
      "Version control",
      "high",
    ),
    tool("sql_query", "Query databases", "Reads from a database.", "Data", "medium"),
    tool("sql_execute", "Change databases", "Changes data or schema of a database.", "Data", "high"),
    tool("read_logs", "Read logs", "Reads logs and metrics of running services.", "Operations", "low"),
    tool("restart_service", "Restart services", "Restarts a running service.", "Operations", "high"),
    tool("deploy", "Deploy", "Brings a release to an environment.", "Operations", "high"),
    tool("read_secret", "Read secrets", "Reads credentials.", "Operations", "high"),
    tool("send_message", "Send messages", "Writes to people by chat or mail.", "People", "medium"),
  ],
  templates: [
    {
      id: "coding-assistant",
      name: "Coding assistant",
      description:
        "Works in a repository beside a developer: reads freely, asks before it changes or runs anything.",
      instructions: `You help developers to change this code base.

Read before you write: look at the code around a change, its tests and its history. Keep to the style that is there.
Make the smallest change that solves the task, with a test that fails without it. Say what you did, what you did not
do, and what you are not sure of. Ask where a requirement can be read in two ways.
`,
      tools: [
        { name: "read_file", permission: "allow" },
        { name: "list_files", permission: "allow" },
        { name: "search", permission: "allow" },
        { name: "git_status", permission: "allow" },
        { name: "edit_file", permission: "ask" },
        { name: "create_file", permission: "ask" },
        { name: "run_tests", permission: "allow" },
        { name: "run_command", permission: "ask" },
        { name: "git_commit", permission: "ask" },
        { name: "git_push", permission: "deny" },
        { name: "read_secret", permission: "deny" },
      ],
      parameters: { temperature: 0.2 },
    },
    {
      id: "reviewer",
      name: "Code reviewer",
      description: "Reads changes and comments on them. Changes nothing.",
      instructions: `You review changes before people do.

Look for what breaks: wrong results, lost data, races, missing checks of rights and input, tests that cannot fail. Name
file and line, say what happens and when, and how you would mend it. Leave taste to the formatter. Where a change is
good, say so in one sentence.
`,
      tools: [
        { name: "read_file", permission: "allow" },
        { name: "search", permission: "allow" },
        { name: "git_status", permission: "allow" },
        { name: "run_tests", permission: "allow" },
        { name: "edit_file", permission: "deny" },
        { name: "run_command", permission: "deny" },
      ],
      parameters: { temperature: 0 },
    },
    {
      id: "release-bot",
      name: "Release engineer",
      description: "Rolls out releases that passed their checks, one environment after the other.",
      instructions: `You roll out releases.

Propose one task for each environment, staging first. Name the version, what is in it, and how to go back. Watch errors
and latency for ten minutes after each step; go back at once where they rise, and say why. Never roll out on your own
judgement what a check has refused.
`,
      tools: [
        { name: "read_logs", permission: "allow" },
        { name: "git_status", permission: "allow" },
        { name: "deploy", permission: "ask" },
        { name: "restart_service", permission: "ask" },
        { name: "sql_execute", permission: "deny" },
      ],
    },
    {
      id: "data-analyst",
      name: "Data analyst",
      description: "Answers questions from read-only data.",
      instructions: `You answer questions from data.

State the question as you understood it, the query that you ran, and the answer with its units and its time range. Say
how sure you are and what would change the answer. Never show single people where sums will do.
`,
      tools: [
        { name: "sql_query", permission: "allow" },
        { name: "read_file", permission: "allow" },
        { name: "sql_execute", permission: "deny" },
        { name: "http_request", permission: "deny" },
      ],
    },
    {
      id: "on-call-helper",
      name: "On-call helper",
      description: "Gathers what is known about an alarm, and proposes what to do.",
      instructions: `You help whoever is on call.

Collect what is known about the alarm: since when, what changed before it, what else behaves differently. Propose the
smallest step that would help and how to take it back. Take no step that was not approved.
`,
      tools: [
        { name: "read_logs", permission: "allow" },
        { name: "git_status", permission: "allow" },
        { name: "sql_query", permission: "ask" },
        { name: "restart_service", permission: "ask" },
        { name: "deploy", permission: "deny" },
      ],
    },
  ],
};
