export { TaskPage as default } from "#features/task/task-page.tsx";
