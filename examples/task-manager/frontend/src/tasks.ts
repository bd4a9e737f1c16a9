export const STATUSES = ['open', 'doing', 'done'] as const;
export type Status = (typeof STATUSES)[number];

export interface Task {
  id: number;
  title: string;
  status: Status;
}

/** The status that a click leads to; what is done stays done. */
export function next(status: Status): Status {
  return STATUSES[STATUSES.indexOf(status) + 1] ?? 'done';
}

export function replace(tasks: Task[], changed: Task): Task[] {
  return tasks.map((task) => (task.id === changed.id ? changed : task));
}

export function progress(tasks: Task[]): string {
  const done = tasks.filter(({ status }) => status === 'done').length;
  return tasks.length === 0 ? 'Nothing to do' : `${done} of ${tasks.length} done`;
}
