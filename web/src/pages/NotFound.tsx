import { Result } from "antd";
import { Link } from "react-router";
import { Page } from "../components/Page";

export function NotFound() {
  return (
    <Page title="没有这个页面">
      <Result status="404" title="没有这个页面" extra={<Link to="/inbox">回到待办事项</Link>} />
    </Page>
  );
}
