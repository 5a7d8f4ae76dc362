import { useQuery } from "@tanstack/react-query";
import { Tag } from "antd";
import { admission } from "../../api/reviews";
import type { Review, Score } from "../../api/types";
import { Loaded } from "../../components/PageState";
import { isSet } from "../../lib/time";

/** Admission is the score that the decision was made with or, before it, a trial with today's opinions and marks. */
export function Admission({ r }: { r: Review }) {
  if (r.score) return <ScoreSheet score={r.score} />;
  if (isSet(r.decided_at)) return <p className="muted">决定时没有评分。</p>;
  return <Trial r={r} />;
}

function Trial({ r }: { r: Review }) {
  return (
    <Loaded query={useQuery(admission(r.id, r.version))}>
      {(a) => (a.score ? <ScoreSheet score={a.score} trial /> : <p className="muted">没有启用准入评分。</p>)}
    </Loaded>
  );
}

function ScoreSheet({ score, trial }: { score: Score; trial?: boolean }) {
  return (
    <div>
      <p>
        <b>{score.points}分</b> {score.grade && <Tag>{score.grade}</Tag>}
        {score.vetoes?.map((v) => <Tag color="red" key={v}>否决:{v}</Tag>)}
        {trial && <Tag color="blue">试算</Tag>}
        <span className="muted"> {score.book}{trial && ";按目前的意见和评分试算,作出决定时以当时的为准"}</span>
      </p>
      <pre className="prose">{score.explain}</pre>
    </div>
  );
}
