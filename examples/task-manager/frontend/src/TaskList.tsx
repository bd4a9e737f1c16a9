import { next, progress, type Status, type Task } from './tasks';

interface Props {
  tasks: Task[];
  onMove: (task: Task, status: Status) => void;
}

export function TaskList({ tasks, onMove }: Props) {
  return (
    <section>
      <p role="status">{progress(tasks)}</p>
      <ul>
        {tasks.map((task) => (
          <li key={task.id} className={task.status}>
            {task.title}{' '}
            <button disabled={task.status === 'done'} onClick={() => onMove(task, next(task.status))}>
              {task.status}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
