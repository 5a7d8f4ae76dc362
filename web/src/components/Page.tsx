import { useEffect, type ReactNode } from "react";

/** Page is a page's frame: its one h1, the browser's title, and the buttons at the right. */
export function Page({ title, heading, note, actions, children }: {
  title: string; heading?: ReactNode; note?: ReactNode; actions?: ReactNode; children: ReactNode;
}) {
  useEffect(() => {
    document.title = `${title} · 落地`;
  }, [title]);
  return (
    <div className="page">
      <div className="page-head">
        <h1>{heading ?? title}</h1>
        {note && <span className="muted">{note}</span>}
        {actions && <div className="actions">{actions}</div>}
      </div>
      {children}
    </div>
  );
}
