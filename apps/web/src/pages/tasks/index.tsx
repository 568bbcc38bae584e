export { TasksPage as default } from "#features/tasks/tasks-page.tsx";
