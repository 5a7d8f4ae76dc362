import { useQuery } from "@tanstack/react-query";
import { Alert } from "antd";
import { Link } from "react-router";
import { resubmission } from "../../api/reviews";
import { useFigureText } from "../../components/figures";
import { Loaded } from "../../components/PageState";
import { figureLabels, type FigureName } from "../../lib/compare";

/** Resubmission tells, before submitting again, what changes and which departments are asked again. */
export function Resubmission({ review, project }: { review: string; project: string }) {
  const text = useFigureText();
  return (
    <Loaded query={useQuery(resubmission(review))}>
      {({ changes, asked_again: asked }) => (
        <Alert
          type="info"
          role="note"
          title={changes.length > 0 ? "将以项目库中的最新情况重新提交,与上次提交相比:" : "项目情况与上次提交相同。"}
          description={
            <>
              {changes.length > 0 && (
                <ul className="plain" aria-label="将提交的变化">
                  {changes.map((c) => <li key={c.field}>{figureLabels[c.field as FigureName] ?? c.label}:{text(c.field as FigureName, c.before)} → <b>{text(c.field as FigureName, c.after)}</b></li>)}
                </ul>
              )}
              {asked.length > 0 && <div>因指标变化,将请{asked.join("、")}出具意见。</div>}
              <div>需要修改金额、用地等情况的,请先<Link to={`/projects/${project}?edit=1`}>修改项目</Link>,再回来提交。</div>
            </>
          }
        />
      )}
    </Loaded>
  );
}
